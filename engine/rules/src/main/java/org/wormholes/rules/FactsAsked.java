package org.wormholes.rules;

import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;

/// The facts that rules ask for, so that nobody looks for, measures or waits for what no rule asks.
///
/// @param facts all of them
/// @param about those that are about something, each with its name
public record FactsAsked(Set<Fact> facts, Set<Expr.FactOf> about) {
  public FactsAsked {
    facts = Collections.unmodifiableSet(new LinkedHashSet<>(facts));
    about = Collections.unmodifiableSet(new LinkedHashSet<>(about));
  }

  /// Those of a scope: by routes of a flow, by `only` and `prefer` of a relay, by exits of a
  /// destination, by tables of a write.
  public static FactsAsked in(Scope scope, Ruleset ruleset) {
    Search search = new Search();
    switch (scope) {
      case FLOW -> ruleset.routes().forEach(route -> search.in(route.condition()));
      case RELAY ->
          ruleset
              .tunnels()
              .forEach(tunnel -> {
                tunnel.relays().only().ifPresent(search::in);
                tunnel.relays().prefer().ifPresent(search::in);
              });
      case EXIT ->
          ruleset
              .tunnels()
              .forEach(tunnel ->
                  tunnel.exit().clauses().forEach(clause -> search.in(clause.condition())));
      case WRITE ->
          ruleset
              .networks()
              .forEach(
                  network -> network.tables().forEach(table -> table.write().forEach(search::in)));
    }
    return new FactsAsked(search.facts, search.about);
  }

  /// Those of all scopes.
  public static FactsAsked in(Ruleset ruleset) {
    Set<Fact> facts = EnumSet.noneOf(Fact.class);
    Set<Expr.FactOf> about = new LinkedHashSet<>();
    for (Scope scope : Scope.values()) {
      FactsAsked some = in(scope, ruleset);
      facts.addAll(some.facts);
      about.addAll(some.about);
    }
    return new FactsAsked(facts, about);
  }

  public boolean has(Fact fact) {
    return facts.contains(fact);
  }

  private static final class Search {
    final Set<Fact> facts = EnumSet.noneOf(Fact.class);
    final Set<Expr.FactOf> about = new LinkedHashSet<>();

    void in(Expr expr) {
      expr.eachFact(asked -> {
        if (asked instanceof Expr.FactRef(Fact fact)) {
          facts.add(fact);
        } else if (asked instanceof Expr.FactOf named) {
          facts.add(named.fact());
          about.add(named);
        }
      });
    }
  }
}
