package org.wormholes.transport.exit;

import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// Which servers are asked, and in which way, one after the other. Belongs to one loop.
final class Servers {
  private static final int MAX_OF_SYSTEM = 3;

  /// Servers over TLS that are remembered, with their connections.
  private static final int MAX_SECURE = 32;

  private final Sockets sockets;
  private final Optional<TrustManagerFactory> trust;
  private final Map<String, SecureUpstream> secure =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SecureUpstream> eldest) {
          return size() > MAX_SECURE;
        }
      };

  /// @param trust whose certificates are good; empty means those that Java trusts
  Servers(Sockets sockets, Optional<TrustManagerFactory> trust) {
    this.sockets = sockets;
    this.trust = trust;
  }

  /// @param servers as [org.wormholes.runtime.spi.Outside#resolve] takes them; none means those of
  ///   the system
  /// @throws IllegalArgumentException where one of them is not of that form
  List<Endpoint> of(List<String> servers) {
    if (servers.isEmpty()) {
      return ofSystem().stream().map(this::plain).toList();
    }
    return servers.stream().map(this::of).toList();
  }

  private Endpoint of(String server) {
    if (!server.contains("://")) {
      return HostPort.parse(server, 53)
          .flatMap(HostPort::literal)
          .map(this::plain)
          .orElseThrow(() ->
              new IllegalArgumentException("a name server must be ip or ip:port, was " + server));
    }
    SecureUpstream upstream = secure.get(server);
    if (upstream == null) {
      upstream = new SecureUpstream(sockets, SecureServer.parse(server), trust);
      secure.put(server, upstream);
    }
    return new Endpoint(upstream, upstream);
  }

  private Endpoint plain(InetSocketAddress address) {
    PlainUpstream upstream = new PlainUpstream(sockets, address);
    return new Endpoint(upstream.datagrams(), upstream.connections());
  }

  /// One server.
  ///
  /// @param first how it is asked
  /// @param whole how it is asked for what did not fit there
  record Endpoint(Upstream first, Upstream whole) {}

  /// Those of the system's configuration, read again every few minutes.
  private static List<InetSocketAddress> ofSystem() {
    DnsServerAddressStream stream =
        DnsServerAddressStreamProviders.platformDefault().nameServerAddressStream("");
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (int i = 0; i < Math.min(stream.size(), MAX_OF_SYSTEM); i++) {
      addresses.add(stream.next());
    }
    return addresses;
  }
}
