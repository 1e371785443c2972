package org.wormholes.runtime.control;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.wormholes.rules.MarkedFacts;
import org.wormholes.rules.Route;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Interpreter;
import org.wormholes.runtime.control.Explanation.BeatenRule;
import org.wormholes.runtime.control.Explanation.MarkGained;

/// What each route had to say of a flow that one of them decided.
final class RouteStory {
  /// Most routes that are told of beside the deciding one.
  static final int MAX_BEATEN = 50;

  private record Told(int index, boolean matches, BeatenRule rule) {}

  private final List<Route> routes;
  private final SourceMap sources;
  private final int decisive;
  private final Set<String> marks = new LinkedHashSet<>();
  private final List<MarkGained> gained = new ArrayList<>();
  private final List<Told> told = new ArrayList<>();
  private final FactSource facts;

  /// @param decisive the route that decided, negative where none did
  RouteStory(Ruleset ruleset, SourceMap sources, FactSource flow, int decisive) {
    this.routes = ruleset.routes();
    this.sources = sources;
    this.decisive = decisive;
    this.facts =
        new MarkedFacts(flow) {
          @Override
          protected boolean isMarked(String mark) {
            return marks.contains(mark);
          }
        };
    int end = decisive < 0 ? routes.size() : decisive;
    for (int i = 0; i < end; i++) {
      before(i);
    }
    for (int i = end + 1; i < routes.size(); i++) {
      after(i);
    }
  }

  private void before(int index) {
    Route route = routes.get(index);
    boolean matches = Interpreter.yesNo(route.condition(), facts);
    if (matches && route.verdict() instanceof Verdict.Mark(String mark)) {
      tell(index, true, "matches and goes on: " + Settling.of(route.condition(), facts).text());
      if (marks.add(mark)) {
        String path = RulePath.route(index);
        gained.add(new MarkGained(mark, path, Places.of(sources, path)));
      }
    } else {
      tell(index, matches, "does not match: " + Settling.of(route.condition(), facts).text());
    }
  }

  private void after(int index) {
    boolean matches = Interpreter.yesNo(routes.get(index).condition(), facts);
    tell(
        index,
        matches,
        matches
            ? "matches too, but comes later"
            : "comes later, and does not match: "
                + Settling.of(routes.get(index).condition(), facts).text());
  }

  private void tell(int index, boolean matches, String why) {
    String path = RulePath.route(index);
    String verdict = Explainer.named(routes.get(index).verdict());
    told.add(
        new Told(
            index, matches, new BeatenRule(path, verdict, why, matches, Places.of(sources, path))));
    if (told.size() > 4 * MAX_BEATEN) {
      shorten();
    }
  }

  /// Keeps those that match, then those nearest to the deciding one.
  private void shorten() {
    int center = decisive < 0 ? 0 : decisive;
    told.sort(
        Comparator.comparing((Told each) -> !each.matches())
            .thenComparingInt(each -> Math.abs(each.index() - center)));
    told.subList(Math.min(told.size(), MAX_BEATEN), told.size()).clear();
    told.sort(Comparator.comparingInt(Told::index));
  }

  List<MarkGained> marks() {
    return gained;
  }

  List<BeatenRule> beaten() {
    shorten();
    return told.stream().map(Told::rule).toList();
  }

  int others() {
    return routes.size() - (decisive < 0 ? 0 : 1);
  }

  /// What settled the deciding condition; empty where it is `otherwise`, or no route decided.
  String because() {
    if (decisive < 0 || routes.get(decisive).condition() instanceof Expr.YesNo) {
      return "";
    }
    return Settling.of(routes.get(decisive).condition(), facts).text();
  }
}
