package org.wormholes.transport.exit;

import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// Which servers are asked, and in which way, one after the other.
final class Servers {
  private static final int MAX_OF_SYSTEM = 3;

  private Servers() {}

  /// @param servers `ip:port`; none means those of the system
  /// @throws IllegalArgumentException where one of them is neither
  static List<Endpoint> of(Sockets sockets, List<String> servers) {
    List<InetSocketAddress> addresses = servers.isEmpty() ? ofSystem() : new ArrayList<>();
    for (String server : servers) {
      addresses.add(
          HostPort.parse(server, 53)
              .flatMap(HostPort::literal)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "a name server must be ip or ip:port, was " + server)));
    }
    return addresses.stream()
        .map(address -> new PlainUpstream(sockets, address))
        .map(plain -> new Endpoint(plain.datagrams(), plain.connections()))
        .toList();
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
