package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Network;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Expr;

/// Looks at what exits may reach. A `refuse` that matches always wins, so an `allow` within it says
/// nothing.
final class ExitLints {
  /// Clauses that are compared with each other.
  private static final int MAX_COMPARED = 64;

  private final Findings findings;
  private final Refutation refutation;
  private final Tunnel tunnel;
  private final List<ExitClause> clauses;

  private ExitLints(Findings findings, Tunnel tunnel) {
    this.findings = findings;
    this.refutation = new Refutation(Meaning.PLAIN, findings.work);
    this.tunnel = tunnel;
    this.clauses = tunnel.exit().clauses().stream().limit(MAX_COMPARED).toList();
  }

  static void look(Findings findings) {
    findings.ruleset.tunnels().forEach(tunnel -> new ExitLints(findings, tunnel).look());
  }

  private void look() {
    List<Integer> live = new ArrayList<>();
    List<Integer> idle = new ArrayList<>();
    for (int i = 0; i < clauses.size(); i++) {
      ExitClause clause = clauses.get(i);
      String word = clause.allows() ? "this `allow`" : "this `refuse`";
      if (ConditionLints.look(findings, refutation, path(i), word, clause.condition())) {
        if (clause.allows()) {
          idle.add(i);
        }
        continue;
      }
      if (clause.allows()) {
        allow(i, live, idle);
      } else if (refutation.isAlways(clause.condition())) {
        findings.add(
            Lint.Kind.UNSATISFIABLE,
            path(i),
            "nothing can be reached through tunnel \"%s\": this `refuse` refuses everything"
                .formatted(tunnel.name()),
            "allow what is meant instead: whatever no `allow` names is refused");
        return;
      }
    }
    if (live.isEmpty() && !idle.isEmpty() && clauses.size() == tunnel.exit().clauses().size()) {
      findings.add(
          Lint.Kind.UNSATISFIABLE,
          RulePath.exit(tunnel.name()),
          "nothing can be reached through tunnel \"%s\": no `allow` of it ever counts"
              .formatted(tunnel.name()),
          "allow something that no `refuse` refuses");
    }
  }

  private void allow(int index, List<Integer> live, List<Integer> idle) {
    Expr condition = clauses.get(index).condition();
    for (int i = 0; i < clauses.size(); i++) {
      ExitClause other = clauses.get(i);
      if (!other.allows() && refutation.implies(condition, other.condition())) {
        idle.add(index);
        findings.add(
            Lint.Kind.SHADOWED,
            path(index),
            "this `allow` never counts: the `refuse`%s refuses all that it allows"
                .formatted(findings.onLine(path(i))),
            "narrow the `refuse`");
        return;
      }
      if (i < index && other.allows() && other.condition().equals(condition)) {
        idle.add(index);
        findings.add(
            Lint.Kind.SHADOWED,
            path(index),
            "this `allow` says the same as the one%s".formatted(findings.onLine(path(i))),
            "remove one of them");
        return;
      }
    }
    live.add(index);
    boolean open =
        findings.ruleset.network(tunnel.network()).map(Network::openToAnyone).orElse(false);
    if (open && Named.namesNotPublic(condition)) {
      findings.add(
          Lint.Kind.LEAKY,
          path(index),
          "this `allow` names addresses that are not public, in a network that anyone may join: %s"
              .formatted(Findings.shown(condition)),
          "allow them only in a network that is `open_to :invited`");
    }
  }

  private String path(int clause) {
    return RulePath.exitClause(tunnel.name(), clause);
  }
}
