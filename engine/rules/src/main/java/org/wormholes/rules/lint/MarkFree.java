package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.wormholes.rules.Route;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;

/// The conditions of routes without marks: whoever asks for a mark asks whether one of the routes
/// before that give it has matched. What would become too large is a question of its own, different
/// at each route, about which nothing is known.
final class MarkFree {
  private static final int MAX_NODES = 400;

  private final Map<String, List<Integer>> givers = new HashMap<>();
  private final List<Expr> conditions = new ArrayList<>();
  private int unknowns;

  MarkFree(List<Route> routes) {
    for (int i = 0; i < routes.size(); i++) {
      conditions.add(free(routes.get(i).condition(), i));
      if (routes.get(i).verdict() instanceof Verdict.Mark(String mark)) {
        givers.computeIfAbsent(mark, _ -> new ArrayList<>()).add(i);
      }
    }
  }

  /// The condition of a route.
  Expr condition(int route) {
    return conditions.get(route);
  }

  private Expr free(Expr expr, int route) {
    if (givers.isEmpty() || !expr.asksFor(Fact.MARKED)) {
      return expr;
    }
    return switch (expr) {
      case Expr.Not(Expr value) -> Exprs.not(free(value, route));
      case Expr.And(List<Expr> all) -> Exprs.all(each(all, route));
      case Expr.Or(List<Expr> any) -> Exprs.any(each(any, route));
      case Expr.Choose(Expr asked, Expr then, Expr otherwise) ->
          Exprs.choose(free(asked, route), free(then, route), free(otherwise, route));
      case Expr.FactOf(Fact fact, String mark) when fact == Fact.MARKED -> given(mark, route);
      default -> unknown(route);
    };
  }

  private List<Expr> each(List<Expr> parts, int route) {
    return parts.stream().map(part -> free(part, route)).toList();
  }

  /// Whether a route before this one gave the mark.
  Expr given(String mark, int route) {
    List<Expr> ways = new ArrayList<>();
    int nodes = 0;
    for (int giver : givers.getOrDefault(mark, List.of())) {
      if (giver < route) {
        ways.add(conditions.get(giver));
        nodes += size(conditions.get(giver));
      }
    }
    return nodes <= MAX_NODES ? Exprs.any(ways) : unknown(route);
  }

  private Expr unknown(int route) {
    return new Expr.FactOf(Fact.MARKED, route + "-" + unknowns++);
  }

  private static int size(Expr expr) {
    int size = 1;
    for (int i = 0; i < expr.childCount(); i++) {
      size += size(expr.child(i));
    }
    return size;
  }
}
