package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.TypeChecker;

/// `allow { ... }` or `refuse { ... }` of an exit.
public record ExitClause(Action action, Expr condition) {
  public enum Action {
    ALLOW,
    REFUSE
  }

  public ExitClause {
    requireNonNull(action, "action");
    TypeChecker.checkedCondition(condition, Scope.EXIT);
  }

  public static ExitClause allow(Expr condition) {
    return new ExitClause(Action.ALLOW, condition);
  }

  public static ExitClause refuse(Expr condition) {
    return new ExitClause(Action.REFUSE, condition);
  }

  public boolean allows() {
    return action == Action.ALLOW;
  }
}
