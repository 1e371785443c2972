package org.wormholes.rules.lint;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.wormholes.rules.Expectation;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Route;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Exprs;

/// Looks for expectations that say nothing.
final class ExpectationLints {
  private ExpectationLints() {}

  static void look(Findings findings) {
    Ruleset ruleset = findings.ruleset;
    Set<Verdict> possible = possible(ruleset);
    Map<FlowSample, Integer> seen = new HashMap<>();
    List<Expectation> all = ruleset.expectations();
    for (int i = 0; i < all.size(); i++) {
      Expectation each = all.get(i);
      Integer first = seen.putIfAbsent(each.flow(), i);
      if (first != null && all.get(first).expected().equals(each.expected())) {
        findings.add(
            Lint.Kind.IDLE,
            RulePath.expectation(i),
            "this is expected already%s".formatted(findings.onLine(RulePath.expectation(first))),
            "remove one of them");
      } else if (possible.equals(Set.of(each.expected())) && !isRefusedAnywhere(each.flow())) {
        findings.add(
            Lint.Kind.IDLE,
            RulePath.expectation(i),
            "this can never fail: whatever the flow, the same becomes of it",
            "remove it, or expect something of rules that tell flows apart");
      }
    }
  }

  /// All that can become of a flow.
  private static Set<Verdict> possible(Ruleset ruleset) {
    Set<Verdict> possible = new HashSet<>();
    List<Route> routes = ruleset.routes();
    boolean takesAll = false;
    for (Route route : routes) {
      if (route.verdict() instanceof Verdict.Final verdict) {
        possible.add(verdict);
        takesAll |= route.condition().equals(Exprs.YES);
      }
    }
    if (routes.isEmpty()) {
      ruleset.tunnels().forEach(tunnel -> possible.add(new Verdict.To(tunnel.name())));
      ruleset.gateways().forEach(gateway -> possible.add(new Verdict.To(gateway.name())));
      takesAll = possible.size() == 1;
    }
    boolean clauses =
        ruleset.tunnels().stream().map(Tunnel::exit).anyMatch(exit -> !exit.clauses().isEmpty());
    if (!takesAll || clauses) {
      possible.add(Verdict.REFUSE);
    }
    return possible;
  }

  /// Whether an exit refuses it though no clause says so.
  private static boolean isRefusedAnywhere(FlowSample flow) {
    return Named.isNotPublic(flow.host());
  }
}
