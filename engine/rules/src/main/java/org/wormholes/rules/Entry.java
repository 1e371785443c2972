package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

/// Where a tunnel takes traffic in.
public sealed interface Entry {
  Listen listen();

  /// A SOCKS5 port; SOCKS4a and HTTP proxying are sniffed on it too.
  ///
  /// @param udp whether UDP ASSOCIATE is offered
  record Socks(Listen listen, boolean udp) implements Entry {
    public Socks {
      requireNonNull(listen, "listen");
    }
  }

  /// An HTTP proxy port: CONNECT and plain requests.
  record Http(Listen listen) implements Entry {
    public Http {
      requireNonNull(listen, "listen");
    }
  }

  /// A port whose every connection, or datagram, goes to one destination.
  ///
  /// @param host the destination's name or address, resolved at the exit
  record Forward(Listen listen, String host, int port, boolean udp) implements Entry {
    public Forward {
      requireNonNull(listen, "listen");
      host = Hosts.plain("the destination of a forward", host);
      Checks.within("a port", port, 1, 65_535);
    }
  }

  /// A local address to listen on.
  ///
  /// @param host an address or `localhost`; 127.0.0.1 where nothing is said
  /// @param port 0 for any free one
  record Listen(String host, int port) {
    public static final String LOOPBACK = "127.0.0.1";

    public Listen {
      host = Hosts.plain("an address to listen on", host);
      Checks.within("a port", port, 0, 65_535);
    }

    public Listen(int port) {
      this(LOOPBACK, port);
    }
  }
}
