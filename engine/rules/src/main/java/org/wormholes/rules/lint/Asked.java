package org.wormholes.rules.lint;

import java.util.List;
import java.util.Set;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;

/// What a condition asks for in the positive.
final class Asked {
  private Asked() {}

  /// Whether, however it is met, it was met by a *yes* about one of these facts.
  static boolean always(Expr condition, Set<Fact> facts) {
    return always(condition, true, facts);
  }

  private static boolean always(Expr condition, boolean yes, Set<Fact> facts) {
    return switch (condition) {
      case Expr.Not(Expr value) -> always(value, !yes, facts);
      case Expr.And(List<Expr> all) -> joined(all, yes, yes, facts);
      case Expr.Or(List<Expr> any) -> joined(any, yes, !yes, facts);
      case Expr.Choose(_, Expr then, Expr otherwise) ->
          always(then, yes, facts) && always(otherwise, yes, facts);
      case Expr.Compare(Expr.Comparison operator, _, _)
          when operator == Expr.Comparison.NOT_EQUAL ->
          !yes && asks(condition, facts);
      default -> yes && asks(condition, facts);
    };
  }

  private static boolean joined(List<Expr> parts, boolean yes, boolean one, Set<Fact> facts) {
    return one
        ? parts.stream().anyMatch(part -> always(part, yes, facts))
        : parts.stream().allMatch(part -> always(part, yes, facts));
  }

  private static boolean asks(Expr question, Set<Fact> facts) {
    return facts.stream().anyMatch(question::asksFor);
  }
}
