package org.wormholes.rules;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;

/// Everything a script describes: networks, tunnels, groups of them, which flow goes where, and
/// what its author expects of that.
///
/// With no routes, a flow goes to the tunnel whose entry it came in by, or to the only tunnel there
/// is; otherwise the first route that matches wins, unless it only marks the flow, and a flow that
/// none matches is refused (see [RouteDecider]). Tunnels, groups and gateways share their names.
/// Its digest is `RuleCodec.digest`.
///
/// @param name 1 to 64 of `a-z 0-9 - _ .`, as all names here
/// @param version the author's own, 1 to 64 characters
public record Ruleset(
    String name,
    String version,
    List<Network> networks,
    List<Tunnel> tunnels,
    List<Group> groups,
    List<Gateway> gateways,
    List<Route> routes,
    List<Expectation> expectations) {
  public static final int MAX_NETWORKS = 256;
  public static final int MAX_TUNNELS = 1024;
  public static final int MAX_GROUPS = 256;
  public static final int MAX_GATEWAYS = 256;
  public static final int MAX_MARKS = 64;
  public static final int MAX_ROUTES = 200_000;
  public static final int MAX_EXPECTATIONS = 10_000;

  public Ruleset {
    Checks.name("a ruleset", name);
    Checks.text("a version", version, Checks.MAX_NAME);
    networks = Checks.atMost("networks", networks, MAX_NETWORKS);
    tunnels = Checks.atMost("tunnels", tunnels, MAX_TUNNELS);
    groups = Checks.atMost("groups", groups, MAX_GROUPS);
    gateways = Checks.atMost("gateways", gateways, MAX_GATEWAYS);
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
    for (Gateway gateway : gateways) {
      if (!gateway.peers().stream().allMatch(it -> networkNames.contains(it.network()))) {
        throw new IllegalArgumentException(
            "peers `%s` belong to a network that there is not".formatted(gateway.name()));
      }
    }
    Set<String> targets = targets(tunnelNames, groups, gateways);
    checkVias(tunnels, groups, gateways, targets);
    checkServices(tunnels, gateways);
    checkRoutes(routes, targets);
    for (Expectation expectation : expectations) {
      checkTarget(expectation.expected(), targets);
    }
  }

  /// A ruleset without gateways.
  public Ruleset(
      String name,
      String version,
      List<Network> networks,
      List<Tunnel> tunnels,
      List<Group> groups,
      List<Route> routes,
      List<Expectation> expectations) {
    this(name, version, networks, tunnels, groups, List.of(), routes, expectations);
  }

  /// A ruleset without groups and gateways.
  public Ruleset(
      String name,
      String version,
      List<Network> networks,
      List<Tunnel> tunnels,
      List<Route> routes,
      List<Expectation> expectations) {
    this(name, version, networks, tunnels, List.of(), List.of(), routes, expectations);
  }

  private static Set<String> targets(
      Set<String> tunnels, List<Group> groups, List<Gateway> gateways) {
    if (groups.isEmpty() && gateways.isEmpty()) {
      return tunnels;
    }
    Set<String> targets = new HashSet<>(tunnels);
    Set<String> gated = new HashSet<>();
    gateways.forEach(gateway -> gated.add(gateway.name()));
    for (Group group : groups) {
      checkMembers(group, tunnels, gated);
      if (!targets.add(group.name())) {
        throw new IllegalArgumentException(
            "there are two tunnels or groups `%s`".formatted(group.name()));
      }
    }
    for (Gateway gateway : gateways) {
      if (!targets.add(gateway.name())) {
        throw new IllegalArgumentException(
            "there are two tunnels, groups or gateways `%s`".formatted(gateway.name()));
      }
    }
    Optional<Chains.Broken> broken = Chains.broken(gateways, tunnels);
    if (broken.isPresent()) {
      throw new IllegalArgumentException(broken.get().problem());
    }
    return targets;
  }

  private static void checkVias(
      List<Tunnel> tunnels, List<Group> groups, List<Gateway> gateways, Set<String> names) {
    Set<String> leading = new HashSet<>();
    for (Tunnel tunnel : tunnels) {
      if (tunnel.exit().vias().isEmpty()) {
        continue; // most have none, and reading them allocates nothing
      }
      for (Via via : tunnel.exit().vias()) {
        leading.add(tunnel.name());
        Optional<String> problem =
            Chains.brokenBehind(gateways, tunnel.name(), via.gateway(), names);
        if (problem.isPresent()) {
          throw new IllegalArgumentException(problem.get());
        }
      }
    }
    for (Group group : groups) {
      if (group.kind() == Group.Kind.SPLIT && !Collections.disjoint(leading, group.members())) {
        throw new IllegalArgumentException(
            "group `%s` can't split a flow over a tunnel that leaves into a gateway"
                .formatted(group.name()));
      }
    }
  }

  private static void checkServices(List<Tunnel> tunnels, List<Gateway> gateways) {
    Set<String> taken = new HashSet<>();
    for (Tunnel tunnel : tunnels) {
      if (tunnel.published().isEmpty()) {
        continue; // most have none, and reading them allocates nothing
      }
      for (Publication service : tunnel.published()) {
        for (String gateway : service.on()) {
          Optional<String> problem = service.problemOn(gateway, gateways);
          if (problem.isPresent()) {
            throw new IllegalArgumentException(problem.get());
          }
          if (!taken.add(gateway + " " + service.name())) {
            throw new IllegalArgumentException(
                "service `%s` is published on `%s` twice".formatted(service.name(), gateway));
          }
        }
      }
    }
  }

  private static void checkMembers(Group group, Set<String> tunnels, Set<String> gateways) {
    for (String member : group.members()) {
      if (tunnels.contains(member)) {
        continue;
      }
      if (!gateways.contains(member)) {
        throw new IllegalArgumentException(
            "group `%s` has member `%s`, which is no tunnel or gateway"
                .formatted(group.name(), member));
      }
      if (group.kind() == Group.Kind.SPLIT) {
        throw new IllegalArgumentException(
            "group `%s` can't split a flow over gateway `%s`".formatted(group.name(), member));
      }
      if (group.kind() == Group.Kind.FASTEST && group.probe().isEmpty()) {
        throw new IllegalArgumentException(
            "group `%s` needs a probe to see how fast gateway `%s` is"
                .formatted(group.name(), member));
      }
    }
  }

  private static void checkRoutes(List<Route> routes, Set<String> targets) {
    Set<String> marks = new HashSet<>();
    Consumer<Expr> check = asked -> checkQuestion(asked, targets, marks);
    for (Route route : routes) {
      route.condition().eachFact(check);
      checkTarget(route.verdict(), targets);
      if (route.verdict() instanceof Verdict.Mark(String mark)
          && marks.add(mark)
          && marks.size() > MAX_MARKS) {
        throw new IllegalArgumentException("there must be at most %d marks".formatted(MAX_MARKS));
      }
    }
  }

  /// Whoever asks for a mark that no route before gave, or for a tunnel there is not, means
  /// something else.
  private static void checkQuestion(Expr asked, Set<String> targets, Set<String> marks) {
    if (!(asked instanceof Expr.FactOf(Fact fact, String of))) {
      return;
    }
    if (fact == Fact.MARKED && !marks.contains(of)) {
      throw new IllegalArgumentException("no earlier route gives the mark `%s`".formatted(of));
    }
    if (fact == Fact.ROUND_TRIP && !targets.contains(of)) {
      throw new IllegalArgumentException("there is no tunnel `%s` to measure".formatted(of));
    }
  }

  private static void checkTarget(Verdict verdict, Set<String> targets) {
    if (verdict instanceof Verdict.To(String target) && !targets.contains(target)) {
      throw new IllegalArgumentException("there is no tunnel `%s` to go to".formatted(target));
    }
  }

  public Optional<Network> network(String wanted) {
    return networks.stream().filter(network -> network.name().equals(wanted)).findFirst();
  }

  public Optional<Tunnel> tunnel(String wanted) {
    return tunnels.stream().filter(tunnel -> tunnel.name().equals(wanted)).findFirst();
  }

  public Optional<Group> group(String wanted) {
    return groups.stream().filter(group -> group.name().equals(wanted)).findFirst();
  }

  public Optional<Gateway> gateway(String wanted) {
    return gateways.stream().filter(gateway -> gateway.name().equals(wanted)).findFirst();
  }

  /// The gateways that flows sent to this name can go through: the gateway itself, or the members
  /// of the group that are gateways, in their order.
  public List<Gateway> gatewaysOf(String target) {
    Optional<Group> group = group(target);
    if (group.isEmpty()) {
      return gateway(target).stream().toList();
    }
    return group.get().members().stream().flatMap(member -> gateway(member).stream()).toList();
  }

  /// The tunnels that flows sent to this name can go through: the tunnel itself, or the members of
  /// the group that are tunnels, in their order; empty where nothing, or a gateway, has the name.
  public List<Tunnel> tunnelsOf(String target) {
    Optional<Group> group = group(target);
    if (group.isEmpty()) {
      return tunnel(target).stream().toList();
    }
    return group.get().members().stream().flatMap(member -> tunnel(member).stream()).toList();
  }
}
