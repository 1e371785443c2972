package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;

/// What questions mean in the routes of a ruleset: a flow comes in by the entry of one of its
/// tunnels or by none.
final class RouteMeaning implements Meaning {
  private final List<String> entries = new ArrayList<>(List.of(""));

  RouteMeaning(Ruleset ruleset) {
    ruleset.tunnels().stream().map(Tunnel::name).forEach(entries::add);
  }

  @Override
  public Optional<Expr> instead(Expr question) {
    return Optional.empty();
  }

  @Override
  public List<String> choices(Expr subject) {
    return subject instanceof Expr.FactRef(Fact fact) && fact == Fact.ENTRY ? entries : List.of();
  }
}
