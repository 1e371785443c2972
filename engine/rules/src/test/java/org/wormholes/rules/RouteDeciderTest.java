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

  private static Verdict.Final to(String tunnel) {
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
            new Explanation.Tried(0, "routes/0", false, false, List.of(1)),
            new Explanation.Tried(1, "routes/1", true, false, List.of(1, 0)));
  }

  @Test
  void aRouteThatMarksLetsTheFlowGoOn() {
    Expr marked = new Expr.FactOf(Fact.MARKED, "streaming");
    RouteDecider decider =
        RouteDecider.of(
            ruleset(
                new Route(new Verdict.Mark("streaming"), UDP),
                new Route(Verdict.REFUSE, new Expr.And(List.of(marked, PRIVATE))),
                new Route(to("a"), marked),
                new Route(to("b"), Exprs.YES)));
    assertThat(decider.decide(flow("10.0.0.1", Protocol.UDP)).routeIndex()).isEqualTo(1);
    assertThat(decider.decide(flow("example.org", Protocol.UDP)).routeIndex()).isEqualTo(2);
    assertThat(decider.decide(flow("example.org", Protocol.TCP)).routeIndex()).isEqualTo(3);
    Explanation explanation = decider.explain(flow("example.org", Protocol.UDP));
    assertThat(explanation.marks()).containsExactly("streaming");
    assertThat(explanation.tried())
        .containsExactly(
            new Explanation.Tried(0, "routes/0", true, true, List.of()),
            new Explanation.Tried(1, "routes/1", false, false, List.of(1)),
            new Explanation.Tried(2, "routes/2", true, false, List.of()));
  }

  @Test
  void domainsOfRoutesThatMarkDoNotEndTheSearch() {
    SplittableRandom random = new SplittableRandom(11);
    Expr marked = new Expr.FactOf(Fact.MARKED, "m");
    for (int round = 0; round < 300; round++) {
      List<Route> routes = new ArrayList<>();
      routes.add(new Route(new Verdict.Mark("m"), underDomain(domain(random))));
      for (int i = random.nextInt(12); i >= 0; i--) {
        Expr domains = underDomain(domain(random));
        routes.add(
            switch (random.nextInt(4)) {
              case 0 -> new Route(new Verdict.Mark("m"), domains);
              case 1 -> new Route(to("a"), new Expr.And(List.of(marked, domains)));
              case 2 -> new Route(Verdict.REFUSE, new Expr.And(List.of(UDP, marked)));
              default -> new Route(to("b"), domains);
            });
      }
      RouteDecider decider = RouteDecider.of(ruleset(routes.toArray(Route[]::new)));
      for (int i = 0; i < 20; i++) {
        Protocol protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
        FlowFacts flow = FlowSample.of("x." + domain(random), 443, protocol).facts();
        assertThat(decider.decide(flow).routeIndex())
            .as("round %d flow %d", round, i)
            .isEqualTo(firstByHand(routes, flow));
      }
    }
  }

  private static Expr underDomain(String domain) {
    return new Expr.Member(new FactRef(Fact.HOST), DomainSet.of(domain));
  }

  private static int firstByHand(List<Route> routes, FlowFacts flow) {
    MarkedFlow facts = new MarkedFlow(flow, java.util.Map.of("m", 0));
    for (int i = 0; i < routes.size(); i++) {
      if (Interpreter.yesNo(routes.get(i).condition(), facts)) {
        if (routes.get(i).verdict() instanceof Verdict.Final) {
          return i;
        }
        facts.mark(routes.get(i).verdict());
      }
    }
    return Decision.NO_ROUTE;
  }

  @Test
  void looksForWhatIsSeldomAskedOnlyWhenARouteAsksAndOnce() {
    Expr curl = new Compare(Comparison.EQUAL, new FactRef(Fact.PROCESS), new Expr.Text("curl"));
    RouteDecider decider =
        RouteDecider.of(
            ruleset(
                new Route(Verdict.REFUSE, new Expr.And(List.of(UDP, curl))),
                new Route(to("a"), new Expr.And(List.of(UDP, new Expr.Not(curl)))),
                new Route(to("b"), Exprs.YES)));
    List<Fact> looked = new ArrayList<>();
    FlowFacts.Lookup lookup =
        fact -> {
          looked.add(fact);
          return "wget";
        };
    FlowSample tcp = FlowSample.of("example.org", 443, Protocol.TCP);
    assertThat(decider.decide(tcp.facts(lookup, LiveFacts.UNKNOWN)).routeIndex()).isEqualTo(2);
    assertThat(looked).isEmpty();
    FlowSample udp = FlowSample.of("example.org", 443, Protocol.UDP);
    assertThat(decider.decide(udp.facts(lookup, LiveFacts.UNKNOWN)).routeIndex()).isEqualTo(1);
    assertThat(looked).containsExactly(Fact.PROCESS);
    assertThat(decider.asks(Fact.PROCESS)).isTrue();
    assertThat(decider.asks(Fact.SNI)).isFalse();
  }

  @Test
  void whatIsGivenOfAFlowComesBeforeWhatIsFound() {
    Expr tor = new Expr.FactOf(Fact.CARRIER_UP, "tor");
    Expr slow =
        new Compare(
            Comparison.MORE,
            new Expr.FactOf(Fact.ROUND_TRIP, "a"),
            Expr.Quantity.duration(java.time.Duration.ofMillis(300)));
    RouteDecider decider =
        RouteDecider.of(
            ruleset(
                new Route(Verdict.REFUSE, new FactRef(Fact.METERED)),
                new Route(to("a"), new Expr.And(List.of(tor, new Expr.Not(slow)))),
                new Route(to("b"), Exprs.YES)));
    FlowSample flow = FlowSample.of("example.org", 443, Protocol.TCP);
    assertThat(decider.decide(flow.facts()).routeIndex()).isEqualTo(2);
    Given up = Given.yesNo(Fact.CARRIER_UP, "tor", true);
    Given fast =
        Given.of(Fact.ROUND_TRIP, "a", Expr.Quantity.duration(java.time.Duration.ofMillis(20)));
    assertThat(decider.decide(flow.with(List.of(up)).facts()).routeIndex()).isEqualTo(2);
    FlowSample good = flow.with(List.of(fast, up));
    assertThat(good.given()).containsExactly(up, fast);
    assertThat(decider.decide(good.facts()).routeIndex()).isEqualTo(1);
    FlowSample metered = good.with(List.of(Given.yesNo(Fact.METERED, "", true)));
    assertThat(decider.decide(metered.facts()).routeIndex()).isZero();
    assertThat(decider.asked().about())
        .containsExactly(
            new Expr.FactOf(Fact.CARRIER_UP, "tor"), new Expr.FactOf(Fact.ROUND_TRIP, "a"));
  }

  @Test
  void tellsWhichExpectationsAreNotMet() {
    FlowSample flow = FlowSample.of("x.example", 80, Protocol.TCP);
    Ruleset ruleset =
        new Ruleset(
            "r",
            "1",
            List.of(Samples.NETWORK),
            List.of(Samples.tunnel("a"), Samples.tunnel("b")),
            List.of(under(to("a"), "example")),
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
