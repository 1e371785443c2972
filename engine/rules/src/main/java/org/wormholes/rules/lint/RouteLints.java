package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Route;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.DomainIndex;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;

/// Looks for routes that no flow takes. Each is compared with the first [#MAX_COMPARED] before it,
/// one by one and then together; routes that ask only for domains are compared with all of their
/// kind, by an index.
final class RouteLints {
  /// How many earlier routes one route is compared with.
  static final int MAX_COMPARED = 64;

  private final Findings findings;
  private final List<Route> routes;
  private final List<Integer> compared = new ArrayList<>(); // that end the search, in order
  private final int[] firstDomains;
  private final MarkFree free;
  private final Refutation markFree;

  private RouteLints(Findings findings) {
    this.findings = findings;
    this.free = findings.free;
    this.markFree = new Refutation(new RouteMeaning(findings.ruleset), findings.work);
    this.routes = findings.ruleset.routes();
    this.firstDomains = firstDomains(routes);
  }

  static void look(Findings findings) {
    new RouteLints(findings).look();
  }

  private void look() {
    int always = -1;
    for (int i = 0; i < routes.size(); i++) {
      Expr condition = routes.get(i).condition();
      String path = RulePath.route(i);
      if (always >= 0) {
        findings.add(
            Lint.Kind.UNREACHABLE,
            path,
            "this route is never reached: %s takes everything".formatted(findings.theOne(always)),
            "move it up, or remove it");
        continue;
      }
      Refutation refutation = new Refutation(meaning(i), findings.work);
      if (ConditionLints.look(findings, refutation, path, "this route", condition)) {
        continue;
      }
      shadow(i, markFree);
      boolean ends = endsTheSearch(routes.get(i));
      if (condition.equals(Exprs.YES)) {
        always = ends ? i : always;
      } else if (refutation.isAlways(condition)) {
        findings.add(
            Lint.Kind.ALWAYS_TRUE,
            path,
            "this condition is always true: " + Findings.shown(condition),
            "say `otherwise` if that is meant");
        always = ends ? i : always;
      }
      if (ends && compared.size() < MAX_COMPARED) {
        compared.add(i);
      }
    }
  }

  private Meaning meaning(int route) {
    return new RouteMeaning(findings.ruleset, free, route);
  }

  /// One that marks lets the flow go on.
  static boolean endsTheSearch(Route route) {
    return route.verdict() instanceof Verdict.Final;
  }

  private void shadow(int route, Refutation refutation) {
    List<Integer> taking = new ArrayList<>();
    if (firstDomains[route] < route) {
      taking.add(firstDomains[route]);
    } else {
      taking.addAll(takers(free.condition(route), refutation));
    }
    if (!taking.isEmpty()) {
      boolean one = taking.size() == 1;
      findings.add(
          Lint.Kind.SHADOWED,
          RulePath.route(route),
          "this route is never reached: %s %s all that it would take"
              .formatted(
                  one ? findings.theOne(taking.getFirst()) : findings.those(taking),
                  one ? "takes" : "take"),
          "move it up, or remove it");
    }
  }

  /// The earlier routes, as few as was seen, that together take all that meets the condition.
  private List<Integer> takers(Expr condition, Refutation refutation) {
    for (int earlier : compared) {
      if (refutation.implies(condition, free.condition(earlier))) {
        return List.of(earlier);
      }
    }
    List<Integer> all = new ArrayList<>(compared);
    if (all.size() < 2 || !take(all, condition, refutation)) {
      return List.of();
    }
    for (int earlier : compared) {
      List<Integer> fewer = new ArrayList<>(all);
      fewer.remove(Integer.valueOf(earlier));
      if (take(fewer, condition, refutation)) {
        all = fewer;
      }
    }
    return all;
  }

  private boolean take(List<Integer> takers, Expr condition, Refutation refutation) {
    List<Expr> together = new ArrayList<>(List.of(condition));
    takers.forEach(each -> together.add(Exprs.not(free.condition(each))));
    return refutation.neverTogether(together);
  }

  /// Of each route that asks only for domains, the one of that kind that has all of them first:
  /// itself where nothing earlier does.
  private static int[] firstDomains(List<Route> routes) {
    List<DomainSet> sets = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < routes.size(); i++) {
      DomainSet set = onlyDomains(routes.get(i).condition());
      if (set != null && endsTheSearch(routes.get(i))) {
        sets.add(set);
        places.add(i);
      }
    }
    int[] first = new int[routes.size()];
    for (int i = 0; i < first.length; i++) {
      first[i] = i;
    }
    if (sets.size() < 2) {
      return first;
    }
    DomainIndex index = DomainIndex.of(sets);
    for (int i = 0; i < sets.size(); i++) {
      int found = -1;
      for (String domain : sets.get(i).values()) {
        int lowest = index.lowest(domain);
        found = found < 0 || found == lowest ? lowest : sets.size();
      }
      if (found >= 0 && found < i) {
        first[places.get(i)] = places.get(found);
      }
    }
    return first;
  }

  private static @Nullable DomainSet onlyDomains(Expr condition) {
    return condition instanceof Expr.Member(Expr.FactRef(Fact fact), DomainSet set)
            && fact == Fact.HOST
            && set.size() > 0
        ? set
        : null;
  }
}
