package org.wormholes.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Compare;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.FactRef;
import org.wormholes.rules.expr.Expr.Member;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Interpreter;

class RouteDeciderTest {
  private static final Expr HOST = new FactRef(Fact.HOST);
  private static final Expr UDP =
      new Compare(Comparison.EQUAL, new FactRef(Fact.PROTOCOL), new Expr.Text("udp"));
  private static final Expr PRIVATE =
      new Expr.AddressTest(AddressKind.PRIVATE, new FactRef(Fact.ADDRESS));

  static Route under(Verdict verdict, String... domains) {
    return new Route(verdict, new Member(HOST, DomainSet.of(domains)));
  }

  private static Verdict to(String tunnel) {
    return new Verdict.To(tunnel);
  }

  private static Ruleset ruleset(Route... routes) {
    return Samples.ruleset(List.of(Samples.tunnel("a"), Samples.tunnel("b")), List.of(routes));
  }

  private static FlowFacts flow(String host, Protocol protocol) {
    return FlowSample.of(host, 443, protocol).facts();
  }

  @Test
  void theFirstRouteThatMatchesWins() {
    RouteDecider decider =
        RouteDecider.of(
            ruleset(
                under(to("a"), "onion"),
                new Route(Verdict.REFUSE, UDP),
                under(to("b"), "example.org"),
                new Route(Verdict.DIRECT, PRIVATE),
                under(to("a"), "www.example.org"),
                new Route(to("b"), Exprs.YES)));
    assertThat(decider.decide(flow("x.onion", Protocol.UDP)))
        .isEqualTo(new Decision(0, to("a"), "routes/0"));
    assertThat(decider.decide(flow("www.example.org", Protocol.UDP)).routeIndex()).isEqualTo(1);
    assertThat(decider.decide(flow("www.example.org", Protocol.TCP)).routeIndex()).isEqualTo(2);
    assertThat(decider.decide(flow("10.1.2.3", Protocol.TCP)).verdict()).isEqualTo(Verdict.DIRECT);
    assertThat(decider.decide(flow("10.1.2.3.example", Protocol.TCP)).routeIndex()).isEqualTo(5);
  }

  @Test
  void whatNoRouteMatchesIsRefused() {
    RouteDecider decider = RouteDecider.of(ruleset(under(to("a"), "onion")));
    assertThat(decider.decide(flow("example.org", Protocol.TCP)))
        .isEqualTo(new Decision(Decision.NO_ROUTE, Verdict.REFUSE, "routes"));
    assertThat(RouteDecider.of(ruleset()).decide(flow("a.b", Protocol.TCP)).verdict())
        .isEqualTo(Verdict.REFUSE);
  }

  @Test
  void aLoneTunnelTakesEverythingWhereThereAreNoRoutes() {
    Ruleset lone = Samples.ruleset(List.of(Samples.tunnel("a")), List.of());
    assertThat(RouteDecider.of(lone).decide(flow("a.b", Protocol.TCP)))
        .isEqualTo(new Decision(Decision.NO_ROUTE, to("a"), "tunnels/a"));
    Ruleset routed =
        Samples.ruleset(List.of(Samples.tunnel("a")), List.of(under(to("a"), "onion")));
    assertThat(RouteDecider.of(routed).decide(flow("a.b", Protocol.TCP)).verdict())
        .isEqualTo(Verdict.REFUSE);
  }

  @Test
  void decidesAsTryingOneByOneWould() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 200; round++) {
      List<Route> routes = new ArrayList<>();
      for (int i = random.nextInt(200); i > 0; i--) {
        Verdict verdict = random.nextBoolean() ? to("a") : Verdict.REFUSE;
        Expr port =
            new Compare(
                Comparison.LESS,
                new FactRef(Fact.PORT),
                Expr.Quantity.number(random.nextInt(2000)));
        Route route =
            random.nextInt(3) == 0
                ? new Route(verdict, Exprs.all(UDP, port))
                : under(verdict, domain(random), domain(random));
        routes.add(route);
      }
      RouteDecider decider = RouteDecider.of(ruleset(routes.toArray(Route[]::new)));
      for (int i = 0; i < 20; i++) {
        Protocol protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
        FlowFacts flow = FlowSample.of("x." + domain(random), 443, protocol).facts();
        int first = 0;
        while (first < routes.size() && !Interpreter.yesNo(routes.get(first).condition(), flow)) {
          first++;
        }
        assertThat(decider.decide(flow).routeIndex())
            .as("round %d flow %d", round, i)
            .isEqualTo(first == routes.size() ? Decision.NO_ROUTE : first);
      }
    }
  }

  private static String domain(SplittableRandom random) {
    String top = "" + (char) ('a' + random.nextInt(5));
    return random.nextBoolean() ? top : (char) ('a' + random.nextInt(20)) + "." + top;
  }

  @Test
  void explainsWhatEachRouteSaidAndWhatSettledIt() {
    Expr https = new Compare(Comparison.EQUAL, new FactRef(Fact.PORT), Expr.Quantity.number(443));
    RouteDecider decider =
        RouteDecider.of(
            ruleset(
                new Route(Verdict.REFUSE, new Expr.And(List.of(https, UDP))),
                new Route(to("a"), new Expr.Or(List.of(UDP, new Expr.Not(PRIVATE)))),
                new Route(to("b"), Exprs.YES)));
    Explanation explanation = decider.explain(flow("example.org", Protocol.TCP));
    assertThat(explanation.decision().routeIndex()).isEqualTo(1);
    assertThat(explanation.tried())
        .containsExactly(
            new Explanation.Tried(0, "routes/0", false, List.of(1)),
            new Explanation.Tried(1, "routes/1", true, List.of(1, 0)));
  }

  @Test
  void tellsWhichExpectationsAreNotMet() {
    FlowSample flow = FlowSample.of("x.onion", 80, Protocol.TCP);
    Ruleset ruleset =
        new Ruleset(
            "r",
            "1",
            List.of(Samples.NETWORK),
            List.of(Samples.tunnel("a"), Samples.tunnel("b")),
            List.of(under(to("a"), "onion")),
            List.of(new Expectation(flow, to("a")), new Expectation(flow, to("b"))));
    assertThat(RouteDecider.unmet(ruleset))
        .singleElement()
        .satisfies(unmet -> assertThat(unmet.index()).isEqualTo(1));
  }

  @Test
  void aFlowThatTheExitOfItsTunnelRefusesIsRefusedInTheEnd() {
    Tunnel any = Samples.tunnel("a");
    Tunnel publicOnly =
        new Tunnel(
            "a",
            any.network(),
            any.entries(),
            any.relays(),
            Exit.DEFAULT,
            any.carry(),
            any.rotateEvery(),
            any.isolation(),
            any.earlyData(),
            any.shape());
    Ruleset ruleset =
        new Ruleset(
            "r",
            "1",
            List.of(Samples.NETWORK),
            List.of(publicOnly),
            List.of(),
            List.of(
                new Expectation(FlowSample.of("10.0.0.1", 22, Protocol.TCP), Verdict.REFUSE),
                new Expectation(FlowSample.of("10.0.0.1", 22, Protocol.TCP), to("a")),
                new Expectation(FlowSample.of("example.org", 22, Protocol.TCP), to("a"))));
    assertThat(RouteDecider.unmet(ruleset))
        .singleElement()
        .satisfies(unmet -> assertThat(unmet.index()).isEqualTo(1))
        .satisfies(unmet -> assertThat(unmet.decision().rulePath()).isEqualTo("tunnels/a/exit"));
  }

  @Test
  void withoutRoutesAFlowTakesTheTunnelOfItsEntry() {
    Ruleset ruleset =
        new Ruleset(
            "r",
            "1",
            List.of(Samples.NETWORK),
            List.of(Samples.tunnel("a"), Samples.tunnel("b")),
            List.of(),
            List.of());
    RouteDecider decider = RouteDecider.of(ruleset);
    assertThat(decider.decide(enteredBy("b")).verdict()).isEqualTo(to("b"));
    assertThat(decider.decide(enteredBy("")).verdict()).isEqualTo(Verdict.REFUSE);
  }

  private static FlowFacts enteredBy(String tunnel) {
    return new FlowSample(
            "example.org", 80, Protocol.TCP, "", tunnel, 0, java.time.DayOfWeek.MONDAY)
        .facts();
  }

  @Test
  void aDecisionMakesNoGarbage() {
    RouteDecider decider =
        RouteDecider.of(
            ruleset(
                new Route(Verdict.REFUSE, UDP),
                under(to("a"), "onion", "i2p"),
                new Route(to("b"), Exprs.not(PRIVATE))));
    FlowFacts flow = flow("www.example.org", Protocol.TCP);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int tunnels = 0;
    for (int i = 0; i < 2000; i++) {
      tunnels += decider.decide(flow).routeIndex();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      tunnels += decider.decide(flow).routeIndex();
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    assertThat(tunnels).isEqualTo(2 * 12_000);
  }
}
