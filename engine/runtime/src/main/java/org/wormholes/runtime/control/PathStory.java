package org.wormholes.runtime.control;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.ExitDecision;
import org.wormholes.rules.ExitFacts;
import org.wormholes.rules.ExitPolicy;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.Interpreter;
import org.wormholes.runtime.control.Explanation.CarrierChoice;
import org.wormholes.runtime.control.Explanation.ClauseSaying;
import org.wormholes.runtime.control.Explanation.ExitOutcome;
import org.wormholes.runtime.control.Explanation.PathExplanation;

/// The way a flow would take through a tunnel: who may serve, over which carrier, and what the exit
/// says.
final class PathStory {
  /// Most exit clauses that are told of.
  private static final int MAX_CLAUSES = 50;

  private final SourceMap sources;
  private final Optional<EngineView> engine;
  private final FlowSample flow;
  private final Function<Tunnel, ExitPolicy> policies;

  PathStory(
      SourceMap sources,
      Optional<EngineView> engine,
      FlowSample flow,
      Function<Tunnel, ExitPolicy> policies) {
    this.sources = sources;
    this.engine = engine;
    this.flow = flow;
    this.policies = policies;
  }

  PathExplanation of(Tunnel tunnel) {
    List<HopCandidates> hops =
        engine.map(it -> it.candidates(tunnel.name(), flow)).orElse(List.of()).stream()
            .map(this::placed)
            .toList();
    return new PathExplanation(
        tunnel.network(),
        carriers(tunnel, hops),
        isolation(tunnel.isolation()),
        hops,
        exit(tunnel),
        hops.stream().map(PathStory::problem).flatMap(Optional::stream).findFirst());
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
        candidate.because(),
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
      causes.merge(each.cause() + at, 1, Integer::sum);
    }
    Map.Entry<String, Integer> worst =
        causes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    return Optional.of(
        "hop %d: no node is left; %d of %d are excluded by %s"
            .formatted(hop.hop(), worst.getValue(), hop.candidates().size(), worst.getKey()));
  }

  /// Links are tried over the carriers in the script's order, each where the first hop listens on
  /// it.
  private List<CarrierChoice> carriers(Tunnel tunnel, List<HopCandidates> hops) {
    List<CarrierChoice> choices = new ArrayList<>();
    boolean chosen = false;
    for (String carrier : tunnel.carry()) {
      CarrierChoice choice =
          engine.isEmpty()
              ? new CarrierChoice(carrier, false, choices.isEmpty() ? "tried first" : "tried next")
              : carrier(carrier, hops, chosen);
      chosen |= choice.chosen();
      choices.add(choice);
    }
    return choices;
  }

  private CarrierChoice carrier(String carrier, List<HopCandidates> hops, boolean another) {
    CarrierChoice choice = choice(carrier, hops, another);
    Optional<CarrierRefusal> refusal =
        engine.orElseThrow().carrierView(carrier).flatMap(CarrierView::lastRefusal);
    return refusal.isEmpty()
        ? choice
        : new CarrierChoice(carrier, choice.chosen(), choice.why() + "; " + said(refusal.get()));
  }

  private static String said(CarrierRefusal refusal) {
    return "last refusal %2$s, of %1$s: %3$s"
        .formatted(
            refusal.node().substring(0, Math.min(8, refusal.node().length())),
            refusal.at().truncatedTo(ChronoUnit.SECONDS),
            refusal.reason());
  }

  private CarrierChoice choice(String carrier, List<HopCandidates> hops, boolean another) {
    Optional<String> problem = engine.orElseThrow().carrierProblem(carrier);
    if (problem.isPresent()) {
      return new CarrierChoice(carrier, false, problem.get());
    }
    Set<String> listening = new HashSet<>();
    for (NodeView node : engine.orElseThrow().nodes()) {
      if (node.addresses().containsKey(carrier)) {
        listening.add(node.node());
      }
    }
    List<Candidate> first =
        hops.isEmpty()
            ? List.of()
            : hops.getFirst().candidates().stream().filter(Candidate::eligible).toList();
    long reached = first.stream().filter(it -> listening.contains(it.node())).count();
    String count = "%d of %d first hops listen on it".formatted(reached, first.size());
    if (reached == 0) {
      return new CarrierChoice(carrier, false, first.isEmpty() ? "there is no first hop" : count);
    }
    return another
        ? new CarrierChoice(carrier, false, count + "; taken where those before fail")
        : new CarrierChoice(carrier, true, count);
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

  private ExitFacts asked() {
    Host host = Host.parse(flow.host()).orElseThrow();
    return ExitFacts.asked(host, flow.port(), flow.protocol());
  }

  /// Whether the gateway takes the flow.
  boolean isTakenBy(Gateway gateway) {
    return gateway.takes(Host.parse(flow.host()).orElseThrow(), flow.protocol());
  }

  /// The gateway that the flow leaves the tunnel into.
  Optional<String> via(Tunnel tunnel) {
    return tunnel.exit().via(asked());
  }

  boolean isOfDatagrams() {
    return flow.protocol() == org.wormholes.rules.Protocol.UDP;
  }

  /// What a tunnel's exit clauses say as far as the flow is known here.
  ExitOutcome exit(Tunnel tunnel) {
    ExitFacts facts = asked();
    ExitDecision decision = policies.apply(tunnel).decide(facts);
    String path = decision.rulePath(tunnel.name());
    String verdict =
        switch (decision.outcome()) {
          case ALLOW -> "allow";
          case REFUSE -> "refuse";
          case RESOLVE -> "after resolution";
        };
    List<ClauseSaying> clauses = new ArrayList<>();
    for (int i = 0; i < Math.min(tunnel.exit().clauses().size(), MAX_CLAUSES); i++) {
      clauses.add(clause(tunnel, i, facts));
    }
    return new ExitOutcome(
        verdict, path, Places.of(sources, path), cause(decision.cause()), clauses);
  }

  private ClauseSaying clause(Tunnel tunnel, int index, ExitFacts facts) {
    ExitClause clause = tunnel.exit().clauses().get(index);
    String path = RulePath.exitClause(tunnel.name(), index);
    boolean open = facts.address() == null && clause.condition().asksFor(Fact.ADDRESS);
    String matches = open ? "depends" : Interpreter.yesNo(clause.condition(), facts) ? "yes" : "no";
    return new ClauseSaying(
        clause.allows() ? "allow" : "refuse",
        matches,
        Settling.of(clause.condition(), facts).text(),
        path,
        Places.of(sources, path));
  }

  private static String cause(ExitDecision.Cause cause) {
    return switch (cause) {
      case PUBLIC_ADDRESS -> "the address is public and no clause is against it";
      case ALLOWED -> "this clause allows it";
      case REFUSED -> "this clause refuses it";
      case NOT_ALLOWED -> "none of the clauses that allow matches";
      case NOT_PUBLIC -> "the address is not public, and no clause that allows names it";
      case NOT_IN_DNS -> "it is a name of another network, and no clause that allows names it";
      case NO_DATAGRAMS -> "it leaves into a network of others, which takes no datagrams";
      case SERVICE -> "it is a published service, which is met at a relay";
      case UNRESOLVED ->
          "nothing is against the name; each address it has at the exit is judged, and one that is"
              + " not public is refused unless a clause names it";
    };
  }
}
