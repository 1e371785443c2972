package org.wormholes.runtime.control;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.rules.Decision;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitDecision;
import org.wormholes.rules.ExitFacts;
import org.wormholes.rules.ExitPolicy;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprText;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.Interpreter;
import org.wormholes.runtime.control.Explanation.BeatenRule;
import org.wormholes.runtime.control.Explanation.ExitOutcome;
import org.wormholes.runtime.control.Explanation.PathExplanation;

/// Says what becomes of a flow and why, by asking the code that decides for the live engine.
/// Without an engine it knows the rules but no nodes, and says the same in every other respect.
public final class Explainer {
  /// Most routes that are listed beside the deciding one.
  static final int MAX_BEATEN = 50;

  /// Longest part of a condition that is shown.
  private static final int MAX_TEXT = 120;

  private final Ruleset ruleset;
  private final SourceMap sources;
  private final Optional<EngineView> engine;

  private Explainer(Ruleset ruleset, SourceMap sources, Optional<EngineView> engine) {
    this.ruleset = ruleset;
    this.sources = sources;
    this.engine = engine;
  }

  /// Explains by a ruleset alone.
  public static Explainer offline(Ruleset ruleset, SourceMap sources) {
    return new Explainer(ruleset, sources, Optional.empty());
  }

  /// Explains by a ruleset and what a running engine sees.
  public static Explainer live(Ruleset ruleset, SourceMap sources, EngineView engine) {
    return new Explainer(ruleset, sources, Optional.of(engine));
  }

  public Explanation explain(FlowSample flow) {
    Decision decision = RouteDecider.of(ruleset).decide(flow.facts());
    Optional<Tunnel> tunnel =
        decision.verdict() instanceof Verdict.To(String name)
            ? ruleset.tunnel(name)
            : Optional.empty();
    return new Explanation(
        FlowText.of(flow),
        engine.isPresent(),
        word(decision.verdict()),
        tunnel.map(Tunnel::name).orElse(""),
        decision.rulePath(),
        Places.of(sources, decision.rulePath()),
        reason(decision, flow),
        beaten(flow.facts(), decision.routeIndex()),
        tunnel.map(it -> path(it, flow)),
        resolution(decision.verdict(), tunnel, flow));
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case Verdict.To _ -> "tunnel";
      case Verdict.Refuse _ -> "refuse";
      case Verdict.Direct _ -> "direct";
      case Verdict.Mark _ -> "mark";
    };
  }

  /// A verdict in words: `tunnel NAME`, `refuse`, `direct`.
  public static String named(Verdict verdict) {
    return switch (verdict) {
      case Verdict.To(String name) -> "tunnel " + name;
      case Verdict.Mark(String name) -> "mark " + name;
      case Verdict.Refuse _, Verdict.Direct _ -> word(verdict);
    };
  }

  private String reason(Decision decision, FlowSample flow) {
    if (decision.routeIndex() >= 0) {
      return decision.routeIndex() == 0
          ? "it is the first route, and its condition holds"
          : "it is the first route whose condition holds";
    }
    if (!ruleset.routes().isEmpty()) {
      return "no route matches, so it is refused";
    }
    if (decision.verdict() instanceof Verdict.To) {
      return ruleset.tunnels().size() == 1
          ? "there are no routes and one tunnel, which takes everything"
          : "there are no routes, and it came in by this tunnel's entry";
    }
    return flow.entry().isEmpty()
        ? "there are no routes, so the entry it comes in by would decide, and none was named"
        : "there are no routes, and no tunnel has the entry `" + flow.entry() + "`";
  }

  private List<BeatenRule> beaten(FlowFacts facts, int decisive) {
    List<BeatenRule> beaten = new ArrayList<>();
    for (int i = 0; i < ruleset.routes().size() && beaten.size() < MAX_BEATEN; i++) {
      if (i != decisive) {
        beaten.add(beaten(facts, i, decisive));
      }
    }
    return beaten;
  }

  private BeatenRule beaten(FlowFacts facts, int index, int decisive) {
    Route route = ruleset.routes().get(index);
    boolean matches = Interpreter.yesNo(route.condition(), facts);
    String path = RulePath.route(index);
    String why;
    if (matches) {
      why = "matches too, but comes later";
    } else {
      why = "does not match: " + failing(route.condition(), facts);
      why = decisive >= 0 && index > decisive ? "comes later, and " + why : why;
    }
    return new BeatenRule(path, named(route.verdict()), why, matches, Places.of(sources, path));
  }

  /// The first part of a condition that alone makes it fail.
  private static String failing(Expr condition, FlowFacts facts) {
    Expr at = condition;
    while (at instanceof Expr.And(List<Expr> all)) {
      at = all.stream().filter(part -> !Interpreter.yesNo(part, facts)).findFirst().orElseThrow();
    }
    String text = ExprText.of(at);
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }

  private PathExplanation path(Tunnel tunnel, FlowSample flow) {
    List<HopCandidates> hops =
        engine.map(it -> it.candidates(tunnel.name(), flow)).orElse(List.of()).stream()
            .map(this::placed)
            .toList();
    return new PathExplanation(
        tunnel.network(),
        tunnel.carry(),
        isolation(tunnel.isolation()),
        hops,
        exit(tunnel, flow),
        hops.stream().map(Explainer::problem).flatMap(Optional::stream).findFirst());
  }

  private HopCandidates placed(HopCandidates hop) {
    List<Candidate> candidates =
        hop.candidates().stream()
            .sorted(Comparator.comparing(Candidate::eligible).reversed())
            .map(this::placed)
            .toList();
    return new HopCandidates(hop.hop(), hop.role(), candidates);
  }

  private Candidate placed(Candidate candidate) {
    return new Candidate(
        candidate.node(),
        candidate.nickname(),
        candidate.eligible(),
        candidate.excludedBy(),
        candidate.rulePath(),
        Places.of(sources, candidate.rulePath()),
        candidate.score());
  }

  /// The commonest cause, when nobody is left.
  private static Optional<String> problem(HopCandidates hop) {
    if (hop.candidates().stream().anyMatch(Candidate::eligible)) {
      return Optional.empty();
    }
    if (hop.candidates().isEmpty()) {
      return Optional.of("hop %d: no node is known yet".formatted(hop.hop()));
    }
    Map<String, Integer> causes = new LinkedHashMap<>();
    for (Candidate each : hop.candidates()) {
      String at = each.place().map(place -> " (" + place.brief() + ")").orElse("");
      causes.merge(each.excludedBy() + at, 1, Integer::sum);
    }
    Map.Entry<String, Integer> worst =
        causes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    return Optional.of(
        "hop %d: no node is left; %d of %d are excluded by %s"
            .formatted(hop.hop(), worst.getValue(), hop.candidates().size(), worst.getKey()));
  }

  private static String isolation(Isolation isolation) {
    if (isolation.byUser() && isolation.byDestination()) {
      return "proxy user and destination";
    }
    if (isolation.byUser()) {
      return "proxy user";
    }
    return isolation.byDestination() ? "destination" : "nothing: flows share circuits";
  }

  private ExitOutcome exit(Tunnel tunnel, FlowSample flow) {
    Host host = Host.parse(flow.host()).orElseThrow();
    ExitDecision decision =
        ExitPolicy.of(tunnel.exit()).decide(ExitFacts.asked(host, flow.port(), flow.protocol()));
    String path = decision.rulePath(tunnel.name());
    String verdict =
        switch (decision.outcome()) {
          case ALLOW -> "allow";
          case REFUSE -> "refuse";
          case RESOLVE -> "after resolution";
        };
    return new ExitOutcome(verdict, path, Places.of(sources, path), cause(decision.cause()));
  }

  private static String cause(ExitDecision.Cause cause) {
    return switch (cause) {
      case PUBLIC_ADDRESS -> "the address is public and no clause is against it";
      case ALLOWED -> "this clause allows it";
      case REFUSED -> "this clause refuses it";
      case NOT_ALLOWED -> "none of the clauses that allow matches";
      case NOT_PUBLIC -> "the address is not public, and no clause that allows names it";
      case UNRESOLVED -> "nothing is against the name; each address it has at the exit is judged";
    };
  }

  private static String resolution(Verdict verdict, Optional<Tunnel> tunnel, FlowSample flow) {
    boolean literal = Host.parse(flow.host()).orElseThrow() instanceof Host.Literal;
    if (verdict instanceof Verdict.Refuse) {
      return "never resolved: the flow is refused";
    }
    if (literal) {
      return "nothing to resolve: the application gave an address";
    }
    return tunnel
        .map(Tunnel::exit)
        .map(Exit::resolve)
        .map(Explainer::resolvedBy)
        .orElse("resolved on this machine, by its own resolver");
  }

  private static String resolvedBy(Resolve resolve) {
    return switch (resolve) {
      case Resolve.BySystem _ -> "resolved at the exit, by the resolver of its system";
      case Resolve.ByServers(List<String> servers) ->
          "resolved at the exit, by " + String.join(", then ", servers);
    };
  }
}
