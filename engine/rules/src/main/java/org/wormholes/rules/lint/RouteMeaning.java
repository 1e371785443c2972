package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;

/// What questions mean in the routes of a ruleset: a flow comes in by the entry of one of its
/// tunnels or by none.
final class RouteMeaning implements Meaning {
  private final List<String> entries = new ArrayList<>(List.of(""));
  private final Function<String, Optional<Expr>> marks;

  /// For conditions without marks.
  RouteMeaning(Ruleset ruleset) {
    this(ruleset, mark -> Optional.empty());
  }

  /// For the condition of one route as it is written.
  RouteMeaning(Ruleset ruleset, MarkFree free, int route) {
    this(ruleset, mark -> Optional.of(free.given(mark, route)));
  }

  private RouteMeaning(Ruleset ruleset, Function<String, Optional<Expr>> marks) {
    this.marks = marks;
    ruleset.tunnels().stream().map(Tunnel::name).forEach(entries::add);
    ruleset.gateways().stream().map(Gateway::name).forEach(entries::add);
  }

  @Override
  public Optional<Expr> instead(Expr question) {
    return question instanceof Expr.FactOf(Fact fact, String mark) && fact == Fact.MARKED
        ? marks.apply(mark)
        : Optional.empty();
  }

  @Override
  public List<String> choices(Expr subject) {
    return subject instanceof Expr.FactRef(Fact fact) && fact == Fact.ENTRY ? entries : List.of();
  }
}
