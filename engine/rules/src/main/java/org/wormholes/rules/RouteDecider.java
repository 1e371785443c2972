package org.wormholes.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.DomainIndex;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.Interpreter;
import org.wormholes.rules.expr.Predicate;
import org.wormholes.rules.expr.Predicates;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.SpecialNames;

/// Decides which route a flow takes: the first that matches and does more than mark it; none means
/// it is refused. A ruleset without routes sends a flow to the tunnel or gateway whose entry it
/// came in by, and everything to its tunnel or gateway where it has exactly one.
///
/// Routes that ask only whether the host is in a set of domains are not tried one by one: one index
/// over all of them finds the first. Of the others the first [#MAX_COMPILED] are compiled, at once
/// or when somebody has the time ([#compile]); the rest stay interpreted, with the same answers.
/// Conditions have no side effects, so the order in which they are tried does not show; routes that
/// mark are tried one by one, in their order with all that may ask for marks. Thread-safe; decides
/// the same at all times. A decision makes no garbage (but see [Predicate]) where nothing marks.
public final class RouteDecider {
  /// How many conditions are compiled; making a class for each of thousands would take seconds.
  public static final int MAX_COMPILED = 64;

  private final List<Route> routes;
  private final @Nullable Decision[] decisions; // null for a route that marks
  private final Decision otherwise;
  private final Map<String, Decision> byEntry; // of a ruleset without routes
  private final @Nullable DomainIndex domains;
  private final int[] domainRoutes; // of each set in the index, its route
  private final Predicate[] conditions; // of all other routes, in order; each replaced at most once
  private final int[] conditionRoutes;
  private final Map<String, Integer> marks; // of each name its bit; in the order of the routes
  private final FactsAsked asked;

  private RouteDecider(Ruleset ruleset) {
    routes = ruleset.routes();
    decisions = new @Nullable Decision[routes.size()];
    marks = marks(routes);
    asked = FactsAsked.in(Scope.FLOW, ruleset);
    otherwise = otherwise(ruleset);
    byEntry = byEntry(ruleset);
    List<DomainSet> sets = new ArrayList<>();
    List<Integer> setRoutes = new ArrayList<>();
    List<Predicate> others = new ArrayList<>();
    List<Integer> otherRoutes = new ArrayList<>();
    for (int i = 0; i < decisions.length; i++) {
      Route route = routes.get(i);
      if (route.verdict() instanceof Verdict.Final verdict) {
        decisions[i] = new Decision(i, verdict, RulePath.route(i));
      }
      DomainSet set = decisions[i] == null ? null : onlyDomains(route.condition());
      if (set != null) {
        sets.add(set);
        setRoutes.add(i);
      } else {
        others.add(Predicates.interpret(route.condition()));
        otherRoutes.add(i);
      }
    }
    domains = sets.isEmpty() ? null : DomainIndex.of(sets);
    domainRoutes = setRoutes.stream().mapToInt(Integer::intValue).toArray();
    conditions = others.toArray(Predicate[]::new);
    conditionRoutes = otherRoutes.stream().mapToInt(Integer::intValue).toArray();
  }

  /// One that is ready at once and compiles nothing until [#compile]: for a few decisions, or the
  /// first of many.
  public static RouteDecider interpreting(Ruleset ruleset) {
    return new RouteDecider(ruleset);
  }

  public static RouteDecider of(Ruleset ruleset) {
    RouteDecider decider = new RouteDecider(ruleset);
    decider.compile();
    return decider;
  }

  /// Compiles the first conditions: some hundred microseconds each, a few milliseconds in a process
  /// that has just begun. Others may decide meanwhile: what they read of the array is one or the
  /// other predicate, both immutable.
  public void compile() {
    for (int i = 0; i < Math.min(MAX_COMPILED, conditions.length); i++) {
      conditions[i] = Predicates.compile(routes.get(conditionRoutes[i]).condition());
    }
  }

  private static Decision otherwise(Ruleset ruleset) {
    Map<String, String> ways = ways(ruleset);
    if (ruleset.routes().isEmpty() && ways.size() == 1) {
      Map.Entry<String, String> only = ways.entrySet().iterator().next();
      return new Decision(Decision.NO_ROUTE, new Verdict.To(only.getKey()), only.getValue());
    }
    return new Decision(Decision.NO_ROUTE, Verdict.REFUSE, RulePath.NO_ROUTE);
  }

  private static Map<String, Decision> byEntry(Ruleset ruleset) {
    Map<String, String> ways = ways(ruleset);
    if (!ruleset.routes().isEmpty() || ways.size() == 1) {
      return Map.of();
    }
    Map<String, Decision> byEntry = new HashMap<>();
    ways.forEach((name, path) ->
        byEntry.put(name, new Decision(Decision.NO_ROUTE, new Verdict.To(name), path)));
    return Map.copyOf(byEntry);
  }

  /// The rule paths of all tunnels and gateways, by name.
  private static Map<String, String> ways(Ruleset ruleset) {
    Map<String, String> ways = new LinkedHashMap<>();
    ruleset.tunnels().forEach(tunnel -> ways.put(tunnel.name(), RulePath.tunnel(tunnel.name())));
    ruleset
        .gateways()
        .forEach(gateway -> ways.put(gateway.name(), RulePath.gateway(gateway.name())));
    return ways;
  }

  private static @Nullable DomainSet onlyDomains(Expr condition) {
    return condition instanceof Expr.Member(Expr.FactRef(Fact fact), DomainSet set)
            && fact == Fact.HOST
        ? set
        : null;
  }

  private static Map<String, Integer> marks(List<Route> routes) {
    Map<String, Integer> marks = new LinkedHashMap<>();
    for (Route route : routes) {
      if (route.verdict() instanceof Verdict.Mark(String name)) {
        marks.putIfAbsent(name, marks.size());
      }
    }
    return marks;
  }

  /// Whether any route asks for the fact; where none does nobody needs to find it out.
  public boolean asks(Fact fact) {
    return asked.has(fact);
  }

  /// All that routes ask for.
  public FactsAsked asked() {
    return asked;
  }

  /// The decision for the flow.
  public Decision decide(FlowFacts flow) {
    int first = decisions.length;
    if (domains != null) {
      int set = domains.lowest(flow.host());
      first = set == DomainIndex.NONE ? first : domainRoutes[set];
    }
    MarkedFlow marked = marks.isEmpty() ? null : new MarkedFlow(flow, marks);
    FactSource facts = marked == null ? flow : marked;
    for (int i = 0; i < conditions.length && conditionRoutes[i] < first; i++) {
      if (conditions[i].test(facts)) {
        Decision decision = decisions[conditionRoutes[i]];
        if (decision != null) {
          return decision;
        }
        if (marked != null) {
          marked.mark(routes.get(conditionRoutes[i]).verdict());
        }
      }
    }
    Decision decision = first < decisions.length ? decisions[first] : null;
    if (decision != null) {
      return decision;
    }
    return byEntry.isEmpty() ? otherwise : byEntry.getOrDefault(flow.text(Fact.ENTRY), otherwise);
  }

  /// What each route had to say, up to and including the one that won, and the parts of its
  /// condition that settled it. For people: slow.
  public Explanation explain(FlowFacts flow) {
    List<Explanation.Tried> tried = new ArrayList<>();
    Decision decision = decide(flow);
    MarkedFlow facts = new MarkedFlow(flow, marks);
    int last = decision.routeIndex() < 0 ? routes.size() - 1 : decision.routeIndex();
    int told = Math.max(0, last + 1 - Explanation.MAX_TRIED);
    for (int i = 0; i <= last; i++) {
      Expr condition = routes.get(i).condition();
      boolean marks = decisions[i] == null;
      if (i < told && !marks) {
        continue;
      }
      boolean matched = Interpreter.yesNo(condition, facts);
      if (i >= told) {
        List<Integer> settledBy = Explanation.settledBy(condition, facts, matched);
        tried.add(
            new Explanation.Tried(i, RulePath.route(i), matched, matched && marks, settledBy));
      }
      if (matched && marks) {
        facts.mark(routes.get(i).verdict());
      }
    }
    return new Explanation(decision, tried, facts.marks());
  }

  /// The expectations that are not met, by their number, each with what was decided instead.
  public static List<Unmet> unmet(Ruleset ruleset) {
    if (ruleset.expectations().isEmpty()) {
      return List.of();
    }
    RouteDecider decider = interpreting(ruleset);
    Map<String, ExitPolicy> exits = new HashMap<>();
    List<Unmet> unmet = new ArrayList<>();
    for (int i = 0; i < ruleset.expectations().size(); i++) {
      Expectation expectation = ruleset.expectations().get(i);
      Decision decision = decider.outcome(ruleset, exits, expectation.flow());
      if (!decision.verdict().equals(expectation.expected())) {
        unmet.add(new Unmet(i, expectation, decision));
      }
    }
    return unmet;
  }

  /// What becomes of a flow in the end: what the routes decide, or a refusal by the exit clauses of
  /// the tunnel it would go to, or of all members of the group, or because this machine's resolver
  /// is not asked for its name.
  private Decision outcome(Ruleset ruleset, Map<String, ExitPolicy> exits, FlowSample flow) {
    Decision decision = decide(flow.facts());
    Host host = Host.parse(flow.host()).orElseThrow();
    if (decision.verdict() instanceof Verdict.Direct && SpecialNames.has(host)) {
      return new Decision(Decision.NO_ROUTE, Verdict.REFUSE, decision.rulePath());
    }
    if (!(decision.verdict() instanceof Verdict.To(String target))) {
      return decision;
    }
    List<Gateway> gateways = ruleset.gatewaysOf(target);
    if (gateways.stream().anyMatch(gateway -> gateway.takes(host, flow.protocol()))) {
      return decision;
    }
    Decision refused =
        gateways.isEmpty()
            ? decision
            : new Decision(Decision.NO_ROUTE, Verdict.REFUSE, decision.rulePath());
    for (Tunnel tunnel : ruleset.tunnelsOf(target)) {
      ExitPolicy exit = exits.computeIfAbsent(tunnel.name(), _ -> ExitPolicy.of(tunnel.exit()));
      ExitDecision atExit = exit.decide(ExitFacts.asked(host, flow.port(), flow.protocol()));
      if (!atExit.refuses()) {
        return decision;
      }
      refused = new Decision(Decision.NO_ROUTE, Verdict.REFUSE, atExit.rulePath(tunnel.name()));
    }
    return refused;
  }

  /// An expectation that is not met.
  public record Unmet(int index, Expectation expectation, Decision decision) {}
}
