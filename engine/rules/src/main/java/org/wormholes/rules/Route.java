package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.TypeChecker;

/// What becomes of the flows that meet a condition. The first route that matches wins, but one that
/// marks lets the flow go on.
public record Route(Verdict verdict, Expr condition) {
  public Route {
    requireNonNull(verdict, "verdict");
    TypeChecker.checkedCondition(condition, Scope.FLOW);
  }
}
