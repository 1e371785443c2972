package org.wormholes.protocol.circuit;

/// A host and a port beyond the exit. On the wire (`spec/protocol/circuit.md`, "Targets"): kind u8,
/// port u16, then 4 or 16 address bytes, or a length u8 and the name.
public record Target(Host host, int port) {
  public Target {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1..65535, was " + port);
    }
  }

  /// The target an application named; see [Host#parse].
  public static Target of(String host, int port) {
    return new Target(Host.parse(host), port);
  }

  /// Redacted: destinations do not belong in logs. Use [#text] where they must be shown.
  @Override
  public String toString() {
    return "Target[redacted]";
  }

  /// `host:port`, an IPv6 address in brackets.
  public String text() {
    return (host instanceof Host.Ip6 ? "[" + host.text() + "]" : host.text()) + ":" + port;
  }
}
