package org.wormholes.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which way a stream is to take.
final class ThroughOption {
  @Option(
      names = "--through",
      paramLabel = "NAME",
      description =
          "The tunnel, group or gateway to take (default: what the routes say, or the only tunnel).")
  private @Nullable String name;

  Optional<String> name() {
    String given = name;
    if (given != null && !given.matches("[a-z0-9._-]{1,64}")) {
      throw new CommandFailure(
          ExitCode.USAGE, "there is no tunnel, group or gateway called " + Clean.line(given, 80));
    }
    return Optional.ofNullable(given);
  }
}
