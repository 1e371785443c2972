package org.wormholes.rules;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Everything a script describes: networks, tunnels, which flow goes where, and what its author
/// expects of that.
///
/// With no routes, a flow goes to the tunnel whose entry it came in by, or to the only tunnel there
/// is; otherwise the first route that matches wins and a flow that none matches is refused (see
/// [RouteDecider]). Its digest is `RuleCodec.digest`.
///
/// @param name 1 to 64 of `a-z 0-9 - _ .`, as all names here
/// @param version the author's own, 1 to 64 characters
public record Ruleset(
    String name,
    String version,
    List<Network> networks,
    List<Tunnel> tunnels,
    List<Route> routes,
    List<Expectation> expectations) {
  public static final int MAX_NETWORKS = 256;
  public static final int MAX_TUNNELS = 1024;
  public static final int MAX_ROUTES = 200_000;
  public static final int MAX_EXPECTATIONS = 10_000;

  public Ruleset {
    Checks.name("a ruleset", name);
    Checks.text("a version", version, Checks.MAX_NAME);
    networks = Checks.atMost("networks", networks, MAX_NETWORKS);
    tunnels = Checks.atMost("tunnels", tunnels, MAX_TUNNELS);
    routes = Checks.atMost("routes", routes, MAX_ROUTES);
    expectations = Checks.atMost("expectations", expectations, MAX_EXPECTATIONS);
    Set<String> networkNames = Checks.distinct("networks", networks, Network::name);
    Set<String> tunnelNames = Checks.distinct("tunnels", tunnels, Tunnel::name);
    for (Tunnel tunnel : tunnels) {
      if (!networkNames.contains(tunnel.network())) {
        throw new IllegalArgumentException(
            "tunnel `%s` goes over network `%s`, which there is not"
                .formatted(tunnel.name(), tunnel.network()));
      }
    }
    for (Route route : routes) {
      checkTarget(route.verdict(), tunnelNames);
    }
    for (Expectation expectation : expectations) {
      checkTarget(expectation.expected(), tunnelNames);
    }
  }

  private static void checkTarget(Verdict verdict, Set<String> tunnels) {
    if (verdict instanceof Verdict.To(String tunnel) && !tunnels.contains(tunnel)) {
      throw new IllegalArgumentException("there is no tunnel `%s` to go to".formatted(tunnel));
    }
  }

  public Optional<Network> network(String wanted) {
    return networks.stream().filter(network -> network.name().equals(wanted)).findFirst();
  }

  public Optional<Tunnel> tunnel(String wanted) {
    return tunnels.stream().filter(tunnel -> tunnel.name().equals(wanted)).findFirst();
  }
}
