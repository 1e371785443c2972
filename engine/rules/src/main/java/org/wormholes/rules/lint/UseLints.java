package org.wormholes.rules.lint;

import java.util.HashSet;
import java.util.Set;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Group;
import org.wormholes.rules.Network;
import org.wormholes.rules.Route;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;

/// Looks for what is described and never used, or cannot be.
final class UseLints {
  private final Findings findings;
  private final Ruleset ruleset;

  private UseLints(Findings findings) {
    this.findings = findings;
    this.ruleset = findings.ruleset;
  }

  static void look(Findings findings) {
    UseLints lints = new UseLints(findings);
    lints.networks();
    lints.groups();
    lints.tunnels();
    lints.gateways();
    lints.marks();
  }

  private void networks() {
    Set<String> used = new HashSet<>();
    ruleset.tunnels().forEach(tunnel -> used.add(tunnel.network()));
    ruleset.gateways().stream()
        .flatMap(gateway -> gateway.peers().stream())
        .forEach(peers -> used.add(peers.network()));
    for (Network network : ruleset.networks()) {
      if (!used.contains(network.name()) && network.tables().isEmpty()) {
        unused(
            RulePath.network(network.name()),
            "no tunnel goes over network \"%s\"".formatted(network.name()),
            "remove it, or name it with `over:`");
      }
    }
  }

  private void groups() {
    for (Group group : ruleset.groups()) {
      if (ruleset.routes().stream()
          .noneMatch(route -> route.verdict().equals(new Verdict.To(group.name())))) {
        unused(
            RulePath.group(group.name()),
            "no route leads to group \"%s\"".formatted(group.name()),
            "add `to(\"%s\") { … }` to the routes, or remove the group".formatted(group.name()));
      }
    }
  }

  /// Marks that no route asks for after they are given.
  private void marks() {
    Set<String> asked = new HashSet<>();
    for (int i = ruleset.routes().size() - 1; i >= 0; i--) {
      Route route = ruleset.routes().get(i);
      if (route.verdict() instanceof Verdict.Mark(String mark) && !asked.contains(mark)) {
        unused(
            RulePath.route(i),
            "no later route asks for the mark \"%s\"".formatted(mark),
            "ask `marked?(\"%s\")` in a route below, or remove this one".formatted(mark));
      }
      collect(route.condition(), asked);
    }
  }

  private static void collect(Expr expr, Set<String> asked) {
    if (expr instanceof Expr.FactOf(Fact fact, String mark) && fact == Fact.MARKED) {
      asked.add(mark);
    }
    for (int i = 0; i < expr.childCount(); i++) {
      collect(expr.child(i), asked);
    }
  }

  /// What routes lead to, with the members of groups and all that gateways are reached through.
  private Set<String> ledTo() {
    Set<String> used = new HashSet<>();
    for (Route route : ruleset.routes()) {
      if (route.verdict() instanceof Verdict.To(String name)) {
        used.add(name);
        ruleset.group(name).ifPresent(group -> used.addAll(group.members()));
      }
    }
    ruleset.gateways().forEach(gateway -> gateway.through().ifPresent(used::add));
    ruleset.tunnels().forEach(each -> each.exit().vias().forEach(via -> used.add(via.gateway())));
    return used;
  }

  private boolean isOnlyWay() {
    return ruleset.tunnels().size() + ruleset.gateways().size() == 1;
  }

  private void gateways() {
    Set<String> used = ledTo();
    for (Gateway gateway : ruleset.gateways()) {
      boolean forwards = gateway.entries().stream().anyMatch(Entry.Forward.class::isInstance);
      boolean byEntry = ruleset.routes().isEmpty() && (isOnlyWay() || !gateway.entries().isEmpty());
      boolean publishes = gateway.peers().filter(it -> !it.published().isEmpty()).isPresent();
      if (!used.contains(gateway.name()) && !forwards && !byEntry && !publishes) {
        unused(
            RulePath.gateway(gateway.name()),
            "no route leads to gateway \"%s\"".formatted(gateway.name()),
            "add `to(\"%s\") { … }` to the routes, or remove the gateway"
                .formatted(gateway.name()));
      }
    }
  }

  private void tunnels() {
    Set<String> used = ledTo();
    for (Tunnel tunnel : ruleset.tunnels()) {
      boolean forwards = tunnel.entries().stream().anyMatch(Entry.Forward.class::isInstance);
      boolean byEntry = ruleset.routes().isEmpty() && (isOnlyWay() || !tunnel.entries().isEmpty());
      if (!used.contains(tunnel.name()) && !forwards && !byEntry) {
        unused(
            RulePath.tunnel(tunnel.name()),
            ruleset.routes().isEmpty()
                ? "nothing goes into tunnel \"%s\": it has no entry, and there are no routes"
                    .formatted(tunnel.name())
                : "no route leads to tunnel \"%s\"".formatted(tunnel.name()),
            ruleset.routes().isEmpty()
                ? "give it an `entry`, or remove it"
                : "add `to(\"%s\") { … }` to the routes, or remove the tunnel"
                    .formatted(tunnel.name()));
      }
    }
  }

  private void unused(String rulePath, String message, String hint) {
    findings.add(Lint.Kind.UNUSED, rulePath, message, hint);
  }
}
