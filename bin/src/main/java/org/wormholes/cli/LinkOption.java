package org.wormholes.cli;

import java.util.List;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Transport;
import picocli.CommandLine.Option;

/// The carrier of a network on this machine.
final class LinkOption {
  @Option(
      names = "--carrier",
      paramLabel = "NAME",
      description = "What the nodes reach each other over: tcp (the default), tls, websocket, …")
  private String carrier = NodeUri.USUAL_CARRIER;

  String carrier() {
    return carrier;
  }

  /// The same, of a machine that has it.
  String carrier(Transport transport) {
    List<String> names = transport.carriers().stream().map(Carrier::name).toList();
    if (!names.contains(carrier)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "there is no carrier %s, there are %s".formatted(carrier, String.join(", ", names)));
    }
    return carrier;
  }
}
