package org.wormholes.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.RingView;
import picocli.CommandLine.Option;

/// Which ring is meant.
final class RingOption {
  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "The network, by its name or its id; not needed where there is one only.")
  private @Nullable String network;

  Optional<String> network() {
    return Optional.ofNullable(network);
  }

  /// The one ring that is meant.
  RingView view(EngineOption engine) {
    List<RingView> rings = engine.session().rings(network()).rings();
    if (rings.size() != 1) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          rings.isEmpty()
              ? "the engine belongs to no network"
              : "the engine belongs to several networks: say which with --network");
    }
    return rings.getFirst();
  }
}
