package org.wormholes.rules;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Interpreter;

/// Why a flow was decided as it was.
///
/// @param tried the routes up to the one that won, the last [#MAX_TRIED] of them, in order
/// @param marks what the flow bore in the end, in the order it got them
public record Explanation(Decision decision, List<Tried> tried, List<String> marks) {
  /// The most routes that are told of.
  public static final int MAX_TRIED = 1000;

  /// One route.
  ///
  /// @param continues whether it matched but did not win: it marked the flow, which went on
  /// @param settledBy the path (see [Expr#child]) to the smallest part of the condition that alone
  ///   made it what it was, empty for all of it
  public record Tried(
      int routeIndex,
      String rulePath,
      boolean matched,
      boolean continues,
      List<Integer> settledBy) {
    public Tried {
      settledBy = List.copyOf(settledBy);
    }
  }

  public Explanation {
    tried = List.copyOf(tried);
    marks = List.copyOf(marks);
  }

  /// Goes down as long as one child alone settles the value: the first *no* of an `&&` that is
  /// *no*, the first *yes* of an `||` that is *yes*, the branch an `if` took.
  static List<Integer> settledBy(Expr condition, FactSource facts, boolean value) {
    List<Integer> path = new ArrayList<>();
    Expr at = condition;
    boolean is = value;
    while (true) {
      int child = settlingChild(at, facts, is);
      if (child < 0) {
        return path;
      }
      path.add(child);
      is = at instanceof Expr.Not ? !is : is;
      at = at.child(child);
    }
  }

  private static int settlingChild(Expr expr, FactSource facts, boolean value) {
    return switch (expr) {
      case Expr.Not _ -> 0;
      case Expr.And(List<Expr> all) when !value -> firstThatIs(all, facts, false);
      case Expr.Or(List<Expr> any) when value -> firstThatIs(any, facts, true);
      case Expr.Choose(Expr condition, _, _) -> Interpreter.yesNo(condition, facts) ? 1 : 2;
      default -> -1;
    };
  }

  private static int firstThatIs(List<Expr> conditions, FactSource facts, boolean value) {
    for (int i = 0; i < conditions.size(); i++) {
      if (Interpreter.yesNo(conditions.get(i), facts) == value) {
        return i;
      }
    }
    return -1;
  }
}
