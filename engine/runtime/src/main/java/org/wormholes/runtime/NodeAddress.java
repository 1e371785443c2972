package org.wormholes.runtime;

import java.util.Optional;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Host;

/// What can be read from the addresses in a descriptor, without asking anybody: those that begin
/// with `host:port`, whatever their carrier adds to it.
final class NodeAddress {
  private static final int NICKNAME_CHARS = 8;

  private NodeAddress() {}

  /// A short name for people, neither unique nor proven.
  static String nickname(NodeId id) {
    return id.address().substring(0, NICKNAME_CHARS);
  }

  /// The first address that is a literal.
  static Optional<Address> literal(NodeDescriptor node) {
    return node.carriers().values().stream().flatMap(text -> literal(text).stream()).findFirst();
  }

  /// The literal in `host:port`; empty where the host is a name.
  static Optional<Address> literal(String whole) {
    String address = hostAndPort(whole);
    int colon = address.lastIndexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    return Host.parse(address.substring(0, colon))
        .map(host -> host instanceof Host.Literal(Address literal) ? literal : null);
  }

  private static String hostAndPort(String address) {
    for (int i = 0; i < address.length(); i++) {
      if (address.charAt(i) == ',' || address.charAt(i) == '/') {
        return address.substring(0, i);
      }
    }
    return address;
  }

  /// The port of the first address, 0 where it has none.
  static int port(NodeDescriptor node) {
    for (String whole : node.carriers().values()) {
      String address = hostAndPort(whole);
      String port = address.substring(address.lastIndexOf(':') + 1);
      if (port.matches("[0-9]{1,5}")) {
        return Integer.parseInt(port);
      }
    }
    return 0;
  }

  /// The /24 (IPv4) or /48 (IPv6) of the first literal address, as a range; empty without one.
  static String subnet(NodeDescriptor node) {
    return literal(node)
        .map(address -> {
          byte[] bytes = address.bytes();
          int kept = bytes.length == 4 ? 3 : 6;
          for (int i = kept; i < bytes.length; i++) {
            bytes[i] = 0;
          }
          return Address.of(bytes) + "/" + kept * 8;
        })
        .orElse("");
  }
}
