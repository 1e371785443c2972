package org.wormholes.rules;

import java.util.List;
import java.util.TreeSet;
import org.wormholes.rules.expr.Host;

/// A local TCP service that others reach by a `wormhole://` address and nobody finds: clients and
/// service meet at a relay, each behind all hops of the tunnel's rule
/// (`spec/protocol/rendezvous.md`).
///
/// @param name what the address is made of, with the node's key; another name is another address
/// @param host where the service is, an address of this machine or of its network
/// @param clients addresses of the nodes that may come, 56 characters each, in ascending order;
///   empty for everybody who knows the address
public record Publication(String name, String host, int port, List<String> clients) {
  public static final int MAX_CLIENTS = 128;

  public Publication {
    Checks.name("a service", name);
    host = Hosts.plain("the place of a service", host);
    if (!(Host.parse(host).orElse(null) instanceof Host.Literal)) {
      throw new IllegalArgumentException(
          "the place of a service must be an address, was `%s`".formatted(host));
    }
    Checks.within("a port", port, 1, 65_535);
    clients = Checks.atMost("clients of a service", clients, MAX_CLIENTS);
    for (String client : clients) {
      if (!Network.isAddress(client)) {
        throw new IllegalArgumentException("a client must be an address of 56 characters");
      }
    }
    clients = List.copyOf(new TreeSet<>(clients));
  }
}
