package org.wormholes.rules;

import java.util.List;
import java.util.Optional;
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
/// @param on names of gateways whose networks it is published on as well, Tor or I2P
public record Publication(
    String name, String host, int port, List<String> clients, List<String> on) {
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
    on = Checks.atMost("gateways of a service", on, Ruleset.MAX_GATEWAYS);
    if (!on.isEmpty()) { // most have none, and reading them allocates nothing
      on.forEach(gateway -> Checks.name("a gateway", gateway));
      Checks.distinct("gateways of a service", on, gateway -> gateway);
    }
  }

  /// Whether a service may be called so.
  public static boolean isName(String name) {
    try {
      Checks.name("a service", name);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// Why it can't be published on a gateway; empty where it can.
  public Optional<String> problemOn(String gateway, List<Gateway> gateways) {
    Optional<Gateway> found =
        gateways.stream().filter(each -> each.name().equals(gateway)).findFirst();
    if (found.isEmpty()) {
      return Optional.of(
          "service `%s` is published on `%s`, which is no gateway".formatted(name, gateway));
    }
    return switch (found.get().kind()) {
      case TOR -> Optional.empty();
      case I2P ->
          clients.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  "service `%s` can't be published on `%s`: I2P keeps no list of those who may come"
                      .formatted(name, gateway));
      case SOCKS, HTTP ->
          Optional.of(
              "service `%s` can't be published on `%s`, which is a proxy".formatted(name, gateway));
      case PEERS ->
          Optional.of(
              "service `%s` can't be published on `%s`: peers publish themselves"
                  .formatted(name, gateway));
    };
  }

  /// A service that is reached over its own network only.
  public Publication(String name, String host, int port, List<String> clients) {
    this(name, host, port, clients, List.of());
  }
}
