package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Relays;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.TextSet;

/// Looks for paths that no network could have.
final class PathLints {
  private static final int MAX_VALUES = 64;

  private final Findings findings;
  private final Refutation refutation;
  private final Tunnel tunnel;
  private final String only;

  private PathLints(Findings findings, Tunnel tunnel) {
    this.findings = findings;
    this.refutation = new Refutation(Meaning.PLAIN, findings.work);
    this.tunnel = tunnel;
    this.only = RulePath.only(tunnel.name());
  }

  static void look(Findings findings) {
    for (Tunnel tunnel : findings.ruleset.tunnels()) {
      Relays relays = tunnel.relays();
      relays.only().ifPresent(condition -> new PathLints(findings, tunnel).look(condition));
    }
  }

  private void look(Expr condition) {
    if (ConditionLints.look(findings, refutation, only, "`only`", condition)) {
      return;
    }
    if (refutation.isAlways(condition)) {
      findings.add(
          Lint.Kind.ALWAYS_TRUE,
          only,
          "`only` is always true: " + Findings.shown(condition),
          "remove it, or say which relays are meant");
      return;
    }
    if (refutation.neverTogether(condition, new Expr.FactRef(Fact.IS_EXIT))) {
      unsatisfiable(
          only,
          "no path can end: `only` leaves out every relay that is an exit",
          "let relays with `exit?` through as well");
    }
    Relays relays = tunnel.relays();
    boolean guarded = relays.guard().isPresent();
    if (guarded && refutation.neverTogether(condition, new Expr.FactRef(Fact.IS_GUARD))) {
      unsatisfiable(
          RulePath.guard(tunnel.name()),
          "no path can begin: `only` leaves out every relay that is a guard",
          "let relays with `guard?` through as well, or remove `guard`");
    }
    if (tooFew(condition, Fact.ID, only, "relays")) {
      return;
    }
    guards(condition);
    for (Distinct each : relays.distinct()) {
      if (each != Distinct.NETWORK) {
        tooFew(condition, fact(each), RulePath.distinct(tunnel.name()), words(each));
      }
    }
  }

  private boolean tooFew(Expr condition, Fact fact, String rulePath, String what) {
    OptionalInt most = most(condition, fact);
    int count = tunnel.relays().count();
    if (most.isEmpty() || most.getAsInt() >= count) {
      return false;
    }
    unsatisfiable(
        rulePath,
        "no path can exist: %d relays of different %s are asked for, and `only` leaves %d"
            .formatted(count, what, most.getAsInt())
            .replace("relays of different relays", "different relays"),
        "ask for fewer relays, or let more through");
    return true;
  }

  private void guards(Expr condition) {
    tunnel
        .relays()
        .guard()
        .ifPresent(guard -> {
          OptionalInt most = most(condition, Fact.ID);
          if (most.isPresent() && most.getAsInt() < guard.count()) {
            unsatisfiable(
                RulePath.guard(tunnel.name()),
                "there can never be %d guards: `only` leaves %d relays"
                    .formatted(guard.count(), most.getAsInt()),
                "keep fewer guards, or let more relays through");
          }
        });
  }

  /// The most different values that a fact of relays can have where the condition holds; absent
  /// where it does not say, or where relays that say nothing pass.
  private OptionalInt most(Expr condition, Fact fact) {
    Set<String> named = new LinkedHashSet<>();
    collect(condition, fact, named);
    if (named.isEmpty() || named.size() > MAX_VALUES) {
      return OptionalInt.empty();
    }
    Expr value = new Expr.FactRef(fact);
    Expr amongThem = new Expr.Member(value, TextSet.of(named));
    if (!refutation.implies(condition, amongThem)) {
      return OptionalInt.empty();
    }
    List<String> possible = new ArrayList<>();
    for (String each : named) {
      Expr is = new Expr.Compare(Expr.Comparison.EQUAL, value, new Expr.Text(each));
      if (!refutation.neverTogether(Exprs.all(condition, is))) {
        possible.add(each);
      }
    }
    return possible.contains("") ? OptionalInt.empty() : OptionalInt.of(possible.size());
  }

  private static void collect(Expr expr, Fact fact, Set<String> named) {
    switch (expr) {
      case Expr.Member(Expr.FactRef(Fact asked), TextSet set) when asked == fact ->
          set.values().stream().limit(MAX_VALUES + 1).forEach(named::add);
      case Expr.Compare(_, Expr.FactRef(Fact asked), Expr.Text(String text)) when asked == fact ->
          named.add(text);
      default -> {
        for (int i = 0; i < expr.childCount(); i++) {
          collect(expr.child(i), fact, named);
        }
      }
    }
  }

  private void unsatisfiable(String rulePath, String message, String hint) {
    findings.add(Lint.Kind.UNSATISFIABLE, rulePath, message, hint);
  }

  private static Fact fact(Distinct distinct) {
    return switch (distinct) {
      case OPERATOR -> Fact.OPERATOR;
      case SUBNET -> Fact.SUBNET;
      case COUNTRY -> Fact.COUNTRY;
      case FAMILY -> Fact.FAMILY;
      case NETWORK -> Fact.NETWORK;
    };
  }

  private static String words(Distinct distinct) {
    return switch (distinct) {
      case OPERATOR -> "operators";
      case SUBNET -> "subnets";
      case COUNTRY -> "countries";
      case FAMILY -> "families";
      case NETWORK -> "networks";
    };
  }
}
