package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.TypeChecker;

/// Which relays a path is made of.
///
/// @param count how many hops, the exit included: 1 to 8
/// @param only the condition each relay must meet
/// @param distinct what no two relays of a path may share
/// @param prefer the score that makes a relay more likely to be picked
/// @param guard how long first hops are kept, where they are
public record Relays(
    int count,
    Optional<Expr> only,
    List<Distinct> distinct,
    Optional<Expr> prefer,
    Optional<Guard> guard) {
  public static final int MAX_COUNT = 8;

  public Relays {
    Checks.within("the number of relays", count, 1, MAX_COUNT);
    only.ifPresent(condition -> TypeChecker.checkedCondition(condition, Scope.RELAY));
    distinct = Checks.atMost("things to be distinct in", distinct, Distinct.values().length);
    Checks.distinct("things to be distinct in", distinct, each -> each);
    prefer.ifPresent(score -> TypeChecker.checkedScore(score, Scope.RELAY));
    requireNonNull(guard, "guard");
  }

  /// So many relays, any of them.
  public static Relays any(int count) {
    return new Relays(count, Optional.empty(), List.of(), Optional.empty(), Optional.empty());
  }
}
