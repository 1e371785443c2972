package org.wormholes.runtime.control;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.wormholes.rules.Chains;
import org.wormholes.rules.Decision;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitPolicy;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Given;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.SpecialNames;
import org.wormholes.runtime.control.Explanation.GroupChoice;

/// Says what becomes of a flow and why, by asking the code that decides for the live engine.
/// Without an engine it knows the rules but no nodes and no live facts, and says the same in every
/// other respect. One may be asked often; it makes the rules ready once.
public final class Explainer {
  private static final String GATEWAY = "gateway";

  private final Ruleset ruleset;
  private final SourceMap sources;
  private final Optional<EngineView> engine;
  private final RouteDecider decider;
  private final Map<String, ExitPolicy> policies = new ConcurrentHashMap<>();

  private Explainer(Ruleset ruleset, SourceMap sources, Optional<EngineView> engine) {
    this.ruleset = ruleset;
    this.sources = sources;
    this.engine = engine;
    this.decider = RouteDecider.interpreting(ruleset);
  }

  /// Explains by a ruleset alone.
  public static Explainer offline(Ruleset ruleset, SourceMap sources) {
    return new Explainer(ruleset, sources, Optional.empty());
  }

  /// Explains by a ruleset and what a running engine sees.
  public static Explainer live(Ruleset ruleset, SourceMap sources, EngineView engine) {
    return new Explainer(ruleset, sources, Optional.of(engine));
  }

  /// Explains a flow as people write it, see [FlowText].
  ///
  /// @param user the proxy's user name, empty for none
  /// @param entry the tunnel whose entry it comes in by, empty for none in particular
  /// @throws IllegalArgumentException if it is none; the message is for the person who wrote it
  public Explanation explain(String text, String user, String entry, LocalDateTime when) {
    Optional<FlowText.LocalPort> port = FlowText.localPort(text);
    if (port.isEmpty()) {
      return explain(FlowText.parse(text, user, entry, when));
    }
    for (Tunnel tunnel : ruleset.tunnels()) {
      for (int i = 0; i < tunnel.entries().size(); i++) {
        Entry opened = tunnel.entries().get(i);
        if (opened.listen().port() == port.get().port()) {
          return explain(tunnel, i, opened, port.get(), user, when);
        }
      }
    }
    throw new IllegalArgumentException(
        "no tunnel has an entry on port " + port.get().port() + " of this machine");
  }

  private Explanation explain(
      Tunnel tunnel,
      int index,
      Entry opened,
      FlowText.LocalPort port,
      String user,
      LocalDateTime when) {
    if (!(opened instanceof Entry.Forward(_, String host, int to, boolean udp))) {
      throw new IllegalArgumentException(
          "port %d takes flows to anywhere: say where to, as in `--entry %s example.org:443`"
              .formatted(port.port(), tunnel.name()));
    }
    if (udp != (port.protocol() == Protocol.UDP)) {
      throw new IllegalArgumentException(
          "port %1$d forwards %2$s: ask for %3$s:%1$d"
              .formatted(port.port(), udp ? "UDP" : "TCP", udp ? "udp://" : ""));
    }
    FlowSample flow =
        new FlowSample(
            host,
            to,
            port.protocol(),
            user,
            tunnel.name(),
            when.toLocalTime().toSecondOfDay(),
            when.getDayOfWeek());
    Decision decision =
        new Decision(
            Decision.NO_ROUTE, new Verdict.To(tunnel.name()), RulePath.entry(tunnel.name(), index));
    return explanation(
        flow,
        decision,
        "port %d leads there through this tunnel, whatever the routes say".formatted(port.port()),
        Optional.empty());
  }

  /// Explains a flow that comes in by a proxy.
  public Explanation explain(FlowSample flow) {
    FlowFacts facts = engine.map(it -> it.flowFacts(flow)).orElseGet(flow::facts);
    Decision decision = decider.decide(facts);
    RouteStory story = new RouteStory(ruleset, sources, facts, decision.routeIndex());
    return explanation(flow, decision, reason(decision, flow), Optional.of(story));
  }

  private Explanation explanation(
      FlowSample flow, Decision decision, String reason, Optional<RouteStory> story) {
    PathStory paths = new PathStory(sources, engine, flow, this::policy);
    Optional<GroupChoice> group =
        decision.verdict() instanceof Verdict.To(String name)
            ? ruleset.group(name).map(it -> new GroupStory(ruleset, sources, engine, paths).of(it))
            : Optional.empty();
    Optional<Tunnel> tunnel = tunnel(decision.verdict(), group);
    Optional<Gateway> gateway = gateway(decision.verdict(), group);
    String outcome =
        gateway.isPresent()
            ? outcome(gateway.get(), group, paths)
            : outcome(flow, decision.verdict(), tunnel, group, paths);
    boolean goes = outcome.equals("tunnel");
    Optional<Gateway> via =
        goes ? tunnel.flatMap(paths::via).flatMap(ruleset::gateway) : Optional.empty();
    String atExit = tunnel.map(it -> paths.exit(it).verdict()).orElse("");
    return new Explanation(
        FlowText.of(flow),
        flow.given().stream().map(Given::toString).toList(),
        engine.isPresent(),
        gateway.isPresent() ? GATEWAY : word(decision.verdict()),
        outcome,
        goes && via.isEmpty() && atExit.equals("after resolution"),
        tunnel.map(Tunnel::name).or(() -> gateway.map(Gateway::name)).orElse(""),
        decision.rulePath(),
        Places.of(sources, decision.rulePath()),
        reason,
        story.map(RouteStory::because).orElse(""),
        story.map(RouteStory::marks).orElse(List.of()),
        story.map(RouteStory::beaten).orElse(List.of()),
        story.map(RouteStory::others).orElse(ruleset.routes().size()),
        group,
        tunnel.map(paths::of),
        via.isPresent() && !isLiteral(flow) ? GATEWAY : resolvedAt(outcome, flow),
        gateway
            .filter(_ -> outcome.equals(GATEWAY))
            .map(it -> beyond(it, "", flow))
            .or(() -> via.map(it -> beyond(it, tunnel.get().name() + ", then ", flow)))
            .orElseGet(() -> resolution(outcome, tunnel, flow)));
  }

  private ExitPolicy policy(Tunnel tunnel) {
    return policies.computeIfAbsent(tunnel.name(), _ -> ExitPolicy.of(tunnel.exit()));
  }

  /// The tunnel: of a group, the member chosen, or the first where none may be taken.
  private Optional<Tunnel> tunnel(Verdict verdict, Optional<GroupChoice> group) {
    return taken(verdict, group).flatMap(ruleset::tunnel);
  }

  private Optional<Gateway> gateway(Verdict verdict, Optional<GroupChoice> group) {
    return taken(verdict, group).flatMap(ruleset::gateway);
  }

  private static Optional<String> taken(Verdict verdict, Optional<GroupChoice> group) {
    if (!(verdict instanceof Verdict.To(String name))) {
      return Optional.empty();
    }
    return Optional.of(
        group
            .map(it -> it.member().isEmpty() ? it.members().getFirst().tunnel() : it.member())
            .orElse(name));
  }

  private static String outcome(Gateway gateway, Optional<GroupChoice> group, PathStory paths) {
    boolean takes = group.map(it -> !it.member().isEmpty()).orElse(paths.isTakenBy(gateway));
    return takes ? GATEWAY : "refuse";
  }

  /// What the engine does with it on this side.
  private static String outcome(
      FlowSample flow,
      Verdict verdict,
      Optional<Tunnel> tunnel,
      Optional<GroupChoice> group,
      PathStory paths) {
    if (tunnel.isEmpty()) {
      return word(isOfOtherNetwork(flow) ? Verdict.REFUSE : verdict);
    }
    if (group.isPresent()) {
      return group.get().member().isEmpty() ? "refuse" : "tunnel";
    }
    return paths.exit(tunnel.get()).verdict().equals("refuse") ? "refuse" : "tunnel";
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case Verdict.To _ -> "tunnel";
      case Verdict.Refuse _ -> "refuse";
      case Verdict.Direct _ -> "direct";
      case Verdict.Mark _ -> "mark";
    };
  }

  /// A verdict in words: `tunnel NAME`, `mark NAME`, `refuse`, `direct`.
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
      return ruleset.tunnels().size() + ruleset.gateways().size() == 1
          ? "there are no routes and one tunnel, which takes everything"
          : "there are no routes, and it came in by this tunnel's entry";
    }
    return flow.entry().isEmpty()
        ? "there are no routes, so the entry it comes in by would decide, and none was named"
        : "there are no routes, and no tunnel has the entry `" + flow.entry() + "`";
  }

  private static boolean isLiteral(FlowSample flow) {
    return Host.parse(flow.host()).orElseThrow() instanceof Host.Literal;
  }

  private static boolean isOfOtherNetwork(FlowSample flow) {
    return SpecialNames.has(Host.parse(flow.host()).orElseThrow());
  }

  private static boolean isService(FlowSample flow) {
    return SpecialNames.isService(Host.parse(flow.host()).orElseThrow());
  }

  private static String resolvedAt(String outcome, FlowSample flow) {
    if (outcome.equals("refuse")
        || isLiteral(flow)
        || (isService(flow) && outcome.equals("tunnel"))) {
      return "nowhere";
    }
    return switch (outcome) {
      case "tunnel" -> "exit";
      case GATEWAY -> GATEWAY;
      default -> "here";
    };
  }

  /// What is said of the name of a flow that goes into a network of others, and of the way there.
  private String beyond(Gateway gateway, String before, FlowSample flow) {
    String by =
        switch (gateway.kind()) {
          case TOR -> "by Tor";
          case I2P -> "by I2P";
          case SOCKS, HTTP -> "by the proxy";
          case PEERS -> "";
        };
    if (gateway.kind() == Gateway.Kind.PEERS) {
      return "nothing to resolve: the name is the key of a node of network "
          + gateway.peers().orElseThrow().network();
    }
    String way =
        "reached by " + before + String.join(", then ", Chains.to(ruleset, gateway.name()));
    return isLiteral(flow)
        ? "nothing to resolve: the application gave an address; " + way
        : "resolved beyond gateway " + gateway.name() + ", " + by + "; " + way;
  }

  private static String resolution(String outcome, Optional<Tunnel> tunnel, FlowSample flow) {
    if (outcome.equals("refuse")) {
      return tunnel.isEmpty() && isOfOtherNetwork(flow)
          ? "never resolved: no resolver is asked for names of other networks"
          : "never resolved: the flow is refused";
    }
    if (isLiteral(flow)) {
      return "nothing to resolve: the application gave an address";
    }
    if (tunnel.isPresent() && isService(flow)) {
      return "nothing to resolve: the name is the service's key, and no exit hears of it";
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
