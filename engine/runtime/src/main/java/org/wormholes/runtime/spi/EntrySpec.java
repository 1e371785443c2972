package org.wormholes.runtime.spi;

import java.util.Optional;
import org.wormholes.rules.Entry;

/// What to listen for on behalf of a tunnel.
///
/// @param tunnel name of the tunnel the entry belongs to
/// @param kind what is spoken on the port; SOCKS ports also understand SOCKS4a and HTTP
/// @param host address to bind
/// @param port 0 for any free port
/// @param udp whether UDP is carried (SOCKS UDP ASSOCIATE, or a forwarded UDP port)
/// @param forward where a forward leads, `host:port`; present exactly for [Kind#FORWARD]
/// @param names what the rules say of a DNS port; present exactly for [Kind#DNS]
public record EntrySpec(
    String tunnel,
    Kind kind,
    String host,
    int port,
    boolean udp,
    Optional<Target> forward,
    Optional<Entry.Dns> names) {
  public EntrySpec {
    if (names.isPresent() != (kind == Kind.DNS)) {
      throw new IllegalArgumentException("a DNS port, and no other, says what names become");
    }
  }

  /// A port that is not for DNS.
  public EntrySpec(
      String tunnel, Kind kind, String host, int port, boolean udp, Optional<Target> forward) {
    this(tunnel, kind, host, port, udp, forward, Optional.empty());
  }

  /// A port for DNS.
  public static EntrySpec dns(String tunnel, String host, int port, Entry.Dns names) {
    return new EntrySpec(tunnel, Kind.DNS, host, port, true, Optional.empty(), Optional.of(names));
  }

  /// What questions come in at a DNS port; what is said of other ports means nothing.
  public Wrapping wrapping() {
    return names
        .map(dns ->
            switch (dns.over()) {
              case UDP -> Wrapping.NONE;
              case TLS -> Wrapping.TLS;
              case HTTPS -> Wrapping.HTTPS;
            })
        .orElse(Wrapping.NONE);
  }

  /// What messages of DNS are wrapped in.
  public enum Wrapping {
    /// Nothing: UDP and TCP.
    NONE,
    /// RFC 7858.
    TLS,
    /// RFC 8484.
    HTTPS
  }

  /// What is spoken on an entry's port.
  public enum Kind {
    /// SOCKS5, SOCKS4, SOCKS4a, HTTP CONNECT and plain HTTP proxy requests, told apart by the first
    /// byte.
    SOCKS,
    /// HTTP CONNECT and plain HTTP proxy requests only.
    HTTP,
    /// Every connection leads to one fixed place.
    FORWARD,
    /// DNS, see [#wrapping].
    DNS
  }

  /// A destination as the application named it. The host is a name or an address literal and is
  /// never resolved on this side.
  public record Target(String host, int port) {
    public Target {
      if (host.isEmpty() || host.length() > 255) {
        throw new IllegalArgumentException("host must be 1..255 characters, was " + host.length());
      }
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("port must be 0..65535, was " + port);
      }
    }
  }
}
