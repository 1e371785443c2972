package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.TypeChecker;

/// `via "gateway" { … }` of an exit: flows that meet the condition leave the tunnel into a gateway,
/// and through all that it is reached through, instead of going on as they are.
///
/// @param gateway its name; every link of its chain is reached through this exit
/// @param condition decided before a name is resolved, so it can't ask for the address
public record Via(String gateway, Expr condition) {
  public Via {
    Checks.name("a gateway", gateway);
    requireNonNull(condition, "condition");
    TypeChecker.checkedCondition(condition, Scope.EXIT);
    if (condition.asksFor(Fact.ADDRESS)) {
      throw new IllegalArgumentException(
          "what leaves via `%s` is decided before its address is known".formatted(gateway));
    }
  }
}
