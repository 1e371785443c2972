package org.wormholes.protocol.directory;

import java.util.Optional;
import org.wormholes.protocol.circuit.Host;

/// The neighbourhood of an address, in which one operator is likely to hold many.
final class Subnets {
  private Subnets() {}

  /// Whether everything in the subnet is this machine.
  static boolean isLoopback(String subnet) {
    return subnet.startsWith("127.") || subnet.startsWith("0:0::");
  }

  /// Of `host:port` with a literal host; empty for names and for anything else.
  static Optional<String> of(String address) {
    int colon = address.lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    try {
      return switch (Host.parse(address.substring(0, colon))) {
        case Host.Ip4(int bits) -> Optional.of(new Host.Ip4(bits & 0xffff_0000).text() + "/16");
        case Host.Ip6(long high, long low) ->
            Optional.of(
                Long.toHexString(high >>> 48)
                    + ":"
                    + Long.toHexString((high >>> 32) & 0xffff)
                    + "::/32");
        case Host.Name name -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
