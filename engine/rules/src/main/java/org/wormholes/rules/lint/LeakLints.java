package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;

/// Looks for traffic that leaves, or is heard of, beside the tunnel that another rule means it to
/// take. Each finding is a flow that the routes decide so.
final class LeakLints {
  private static final int MAX_PAIRS = 400;

  /// Names that are for the local network (RFC 6762, RFC 8375, RFC 6761 and ICANN's `internal`).
  private static final List<String> LOCAL_NAMES =
      List.of("printer.local", "router.home.arpa", "nas.lan", "wiki.internal");

  private static final Set<Fact> DESTINATION =
      Set.of(Fact.HOST, Fact.ADDRESS, Fact.SNI, Fact.HTTP_HOST, Fact.COUNTRY);
  private static final Set<Fact> NARROWING =
      Set.of(
          Fact.PORT,
          Fact.USER,
          Fact.ENTRY,
          Fact.PROCESS,
          Fact.PROCESS_PATH,
          Fact.LOCAL_USER,
          Fact.MARKED);

  private final Findings findings;
  private final Ruleset ruleset;
  private final List<Route> routes;
  private final RouteDecider decider;
  private final Set<String> told = new HashSet<>();
  private int pairs;

  private LeakLints(Findings findings) {
    this.findings = findings;
    this.ruleset = findings.ruleset;
    this.routes = ruleset.routes();
    this.decider = RouteDecider.interpreting(ruleset);
  }

  static void look(Findings findings) {
    if (findings.ruleset.routes().stream().anyMatch(LeakLints::isDirect)) {
      new LeakLints(findings).look();
    }
  }

  private static boolean isDirect(Route route) {
    return route.verdict() instanceof Verdict.Direct;
  }

  private void look() {
    for (int i = 0; i < routes.size(); i++) {
      if (isDirect(routes.get(i))) {
        everything(i);
        for (int j = 0; j < routes.size(); j++) {
          if (routes.get(j).verdict() instanceof Verdict.To && ++pairs <= MAX_PAIRS) {
            if (j > i) {
              meantForATunnel(i, j);
            } else {
              datagrams(j, i);
            }
          }
        }
      }
    }
    localNames();
  }

  /// A trial costs as much as there are routes.
  private boolean mayTry() {
    return findings.trials.spend(10 + routes.size());
  }

  private int decides(FlowSample flow) {
    return decider.decide(flow.facts()).routeIndex();
  }

  /// A `direct` that asks for no destination in particular.
  private void everything(int direct) {
    Expr condition = findings.free.condition(direct);
    if (condition.equals(Exprs.YES)) {
      findings.add(
          Lint.Kind.LEAKY,
          RulePath.route(direct),
          "everything that no earlier route takes leaves without a tunnel",
          "name what may go direct, and `refuse { otherwise }` for the rest");
    } else if (!Asked.always(condition, DESTINATION) && !Asked.always(condition, NARROWING)) {
      new Trials(ruleset, List.of(), List.of(condition))
          .find(this::mayTry, flow -> decides(flow) == direct)
          .ifPresent(flow ->
              leak(
                  direct,
                  "this route lets destinations of every kind leave without a tunnel, such as "
                      + shown(flow),
                  "name the hosts or addresses that may go direct"));
    }
  }

  /// A `direct` that takes, by port or user, what a later route wants in a tunnel by its name.
  private void meantForATunnel(int direct, int tunnelled) {
    Expr condition = findings.free.condition(direct);
    Expr later = findings.free.condition(tunnelled);
    if (Asked.always(condition, DESTINATION) || !Asked.always(later, DESTINATION)) {
      return;
    }
    new Trials(ruleset, List.of(later), List.of(condition, later))
        .find(this::mayTry, flow -> decides(flow) == direct && holds(tunnelled, flow))
        .ifPresent(flow ->
            leak(
                direct,
                "this route takes %s, which %s sends to %s"
                    .formatted(
                        shown(flow),
                        findings.theOne(tunnelled),
                        target(routes.get(tunnelled).verdict())),
                "move it down, or name here which destinations may go direct"));
  }

  /// A tunnel for TCP whose UDP goes direct.
  private void datagrams(int tunnelled, int direct) {
    Expr condition = findings.free.condition(tunnelled);
    Expr tcp =
        new Expr.Compare(
            Expr.Comparison.EQUAL, new Expr.FactRef(Fact.PROTOCOL), new Expr.Text("tcp"));
    Refutation refutation = new Refutation(new RouteMeaning(ruleset), findings.work);
    if (!condition.asksFor(Fact.PROTOCOL) || !refutation.implies(condition, tcp)) {
      return;
    }
    Expr other = findings.free.condition(direct);
    new Trials(ruleset, List.of(condition, other), List.of(condition, other))
        .find(
            this::mayTry,
            flow ->
                flow.protocol() == Protocol.TCP
                    && decides(flow) == tunnelled
                    && decides(asDatagrams(flow)) == direct)
        .ifPresent(flow ->
            leak(
                tunnelled,
                "this route takes only TCP: UDP to %s leaves without a tunnel, by %s"
                    .formatted(flow.host(), findings.theOne(direct)),
                "leave out the protocol here, or refuse UDP before that route"));
  }

  private static FlowSample asDatagrams(FlowSample flow) {
    return new FlowSample(
        flow.host(),
        flow.port(),
        Protocol.UDP,
        flow.user(),
        flow.entry(),
        flow.secondOfDay(),
        flow.weekday());
  }

  /// Addresses of the local network go direct, and its names do not.
  private void localNames() {
    boolean lan =
        List.of("192.168.0.1", "10.0.0.1", "192.168.7.1").stream().anyMatch(this::goesDirect)
            || routes.stream().filter(LeakLints::isDirect).anyMatch(this::namesPrivate);
    if (!lan) {
      return;
    }
    for (String name : LOCAL_NAMES) {
      var decision = decider.decide(FlowSample.of(name, 80, Protocol.TCP).facts());
      if (decision.verdict() instanceof Verdict.To && decision.routeIndex() >= 0) {
        leak(
            decision.routeIndex(),
            "names of the local network, such as %s, are resolved at the far end of %s, though its addresses go direct"
                .formatted(name, target(decision.verdict())),
            "refuse them before, or send them direct: `host.under? %w[local home.arpa lan internal]`");
        return;
      }
    }
  }

  private boolean goesDirect(String host) {
    return decider.decide(FlowSample.of(host, 80, Protocol.TCP).facts()).verdict()
        instanceof Verdict.Direct;
  }

  private boolean namesPrivate(Route route) {
    return new Trials(ruleset, List.of(route.condition()), List.of(route.condition()))
        .find(
            this::mayTry,
            flow ->
                Named.isNotPublic(flow.host())
                    && decider.decide(flow.facts()).verdict() instanceof Verdict.Direct)
        .isPresent();
  }

  private boolean holds(int route, FlowSample flow) {
    return org.wormholes.rules.expr.Interpreter.yesNo(routes.get(route).condition(), flow.facts());
  }

  private void leak(int route, String message, String hint) {
    if (told.add(route + hint)) {
      findings.add(Lint.Kind.LEAKY, RulePath.route(route), message, hint);
    }
  }

  private static String target(Verdict verdict) {
    return verdict instanceof Verdict.To(String name) ? "\"" + name + "\"" : "a tunnel";
  }

  /// `example.org:443`, with what else it needs.
  private static String shown(FlowSample flow) {
    List<String> parts = new ArrayList<>();
    String host = flow.host().indexOf(':') < 0 ? flow.host() : "[" + flow.host() + "]";
    parts.add((flow.protocol() == Protocol.UDP ? "udp://" : "") + host + ":" + flow.port());
    Optional.of(flow.user())
        .filter(it -> !it.isEmpty())
        .ifPresent(it -> parts.add("of user " + it));
    return String.join(" ", parts);
  }
}
