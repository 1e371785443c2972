package org.wormholes.rules;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Compare;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.FactRef;
import org.wormholes.rules.expr.Expr.Member;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.Regex;
import org.wormholes.rules.expr.TextSet;
import org.wormholes.rules.expr.Type;

/// Rules for tests.
public final class Samples {
  public static final Network NETWORK = new Network("commons", true, List.of());

  private Samples() {}

  public static Tunnel tunnel(String name) {
    return new Tunnel(
        name,
        "commons",
        List.of(),
        Relays.any(3),
        Exit.DEFAULT,
        List.of(),
        Optional.empty(),
        Isolation.DEFAULT,
        false,
        Optional.empty());
  }

  public static Ruleset ruleset(List<Tunnel> tunnels, List<Route> routes) {
    return new Ruleset("r", "1", List.of(NETWORK), tunnels, routes, List.of());
  }

  /// The ruleset of the design document, and with it every kind of node.
  public static Ruleset quietWeb() {
    Expr host = new FactRef(Fact.HOST);
    Network commons =
        new Network(
            "commons", true, List.of("wormhole://" + "k5".repeat(28) + "@203.0.113.7:4040"));
    List<Route> routes =
        List.of(
            new Route(new Verdict.To("tor"), new Member(host, DomainSet.of("onion"))),
            new Route(
                Verdict.REFUSE, new Member(host, DomainSet.of("ads.example", "track.example"))),
            new Route(Verdict.REFUSE, strange(host)),
            new Route(
                Verdict.DIRECT,
                new Member(new FactRef(Fact.ADDRESS), AddressSet.of("10.0.0.0/8", "fd00::/8"))),
            new Route(new Verdict.To("web"), Exprs.YES));
    List<Expectation> expectations =
        List.of(
            new Expectation(FlowSample.of("example.org", 443, Protocol.TCP), new Verdict.To("web")),
            new Expectation(FlowSample.of("10.0.0.1", 22, Protocol.TCP), Verdict.DIRECT));
    return new Ruleset(
        "quiet-web", "1.0", List.of(commons), List.of(web(), tunnel("tor")), routes, expectations);
  }

  /// Nobody would write this; it has the nodes that others do not.
  private static Expr strange(Expr host) {
    Expr length = new Expr.Length(host);
    Expr size = new Expr.ByteSize(new FactRef(Fact.USER));
    Expr night = new Expr.TimeWindow(new FactRef(Fact.TIME), 79_200, 21_600, true);
    Expr early = new Compare(Comparison.AT_MOST, new FactRef(Fact.TIME), new Expr.Time(25_200));
    Expr sum =
        new Expr.Arithmetic(
            Expr.Operation.REMAINDER, new FactRef(Fact.PORT), Expr.Quantity.number(2));
    return new Expr.And(
        List.of(
            new Expr.Or(List.of(night, early)),
            new Expr.Between(length, Expr.Quantity.number(3), Expr.Quantity.number(9.5), false),
            new Compare(Comparison.MORE, size, Expr.Quantity.bytes(1)),
            new Compare(Comparison.NOT_EQUAL, sum, Expr.Quantity.number(0)),
            new Expr.Matches(new Expr.Downcase(host), Regex.of("^é[a-z]+\\.", true, false)),
            new Expr.TextTest(Expr.TextQuestion.ENDS_WITH, host, new Expr.Text("é")),
            new Compare(
                Comparison.EQUAL,
                new FactRef(Fact.ADDRESS),
                new Expr.AddressLiteral(
                    org.wormholes.rules.expr.Address.parse("192.0.2.1").orElseThrow())),
            new Expr.Not(
                new Expr.Choose(
                    new Member(new FactRef(Fact.WEEKDAY), TextSet.of("sat", "sun")),
                    Exprs.NO,
                    new Expr.AddressTest(AddressKind.LOOPBACK, new FactRef(Fact.ADDRESS))))));
  }

  /// What came with the second format.
  public static Ruleset groups() {
    Group streams =
        new Group(
            "streams",
            Group.Kind.SPLIT,
            List.of("a"),
            3,
            Optional.of(
                new Group.Probe(
                    "example.org", 443, Duration.ofSeconds(30), Duration.ofMillis(2500))),
            Duration.ofMillis(20),
            Duration.ZERO);
    Expr sni = new FactRef(Fact.SNI);
    Expr fast =
        new Compare(
            Comparison.LESS,
            new Expr.FactOf(Fact.ROUND_TRIP, "web"),
            Expr.Quantity.duration(Duration.ofMillis(200)));
    List<Route> routes =
        List.of(
            new Route(new Verdict.Mark("video"), new Member(sni, DomainSet.of("video.example"))),
            new Route(
                new Verdict.To("streams"),
                new Expr.And(
                    List.of(
                        new Expr.FactOf(Fact.MARKED, "video"),
                        new Expr.Not(new FactRef(Fact.METERED)),
                        new Expr.FactOf(Fact.CARRIER_UP, "tor")))),
            new Route(Verdict.REFUSE, new Member(new FactRef(Fact.COUNTRY), TextSet.of("KP"))),
            new Route(new Verdict.To("web"), fast),
            new Route(new Verdict.To("b"), new Expr.FactOf(Fact.FRIEND_ONLINE, "ann")));
    FlowSample video =
        FlowSample.of("192.0.2.1", 443, Protocol.TCP)
            .with(
                List.of(
                    Given.text(Fact.SNI, "a.video.example"),
                    Given.yesNo(Fact.CARRIER_UP, "tor", true),
                    Given.text(Fact.LOCAL_USER, "ann")));
    return new Ruleset(
        "groups",
        "2.0",
        List.of(NETWORK),
        List.of(tunnel("a"), tunnel("b")),
        List.of(Group.of("web", Group.Kind.FASTEST, "a", "b"), streams),
        routes,
        List.of(
            new Expectation(video, new Verdict.To("streams")),
            new Expectation(FlowSample.of("x.org", 1, Protocol.UDP), Verdict.REFUSE)));
  }

  /// What came with the third format.
  public static Ruleset gateways() {
    Gateway tor =
        new Gateway(
            "tor",
            Gateway.Kind.TOR,
            Optional.empty(),
            Optional.of("a"),
            List.of(new Entry.Socks(new Entry.Listen(9150), false)),
            new Isolation(true, false));
    Gateway office =
        Gateway.of(
                "office",
                Gateway.Kind.SOCKS,
                new Gateway.Server("proxy.example", 1080, "ann", "s3cret"))
            .through("tor");
    Gateway garden = Gateway.of("i2p", Gateway.Kind.I2P, new Gateway.Server("127.0.0.1", 7656));
    Gateway web =
        Gateway.of("web", Gateway.Kind.HTTP, new Gateway.Server("::1", 3128)).through("office");
    Expr host = new FactRef(Fact.HOST);
    return new Ruleset(
        "gateways",
        "3.0",
        List.of(NETWORK),
        List.of(tunnel("a")),
        List.of(),
        List.of(tor, office, garden, web),
        List.of(
            new Route(new Verdict.To("tor"), new Member(host, DomainSet.of("onion"))),
            new Route(new Verdict.To("i2p"), new Member(host, DomainSet.of("i2p"))),
            new Route(new Verdict.To("web"), Exprs.YES)),
        List.of(
            new Expectation(FlowSample.of("x.onion", 80, Protocol.TCP), new Verdict.To("tor"))));
  }

  private static Tunnel web() {
    Expr latency = new FactRef(Fact.LATENCY);
    Expr only =
        Exprs.all(
            new Compare(Comparison.LESS, latency, Expr.Quantity.duration(Duration.ofMillis(80))),
            Exprs.not(new Member(new FactRef(Fact.COUNTRY), TextSet.of("KP", "IR"))));
    Expr prefer = new Expr.Arithmetic(Expr.Operation.DIVIDE, new FactRef(Fact.BANDWIDTH), latency);
    QuantitySet ports =
        QuantitySet.of(
            Type.NUMBER, List.of(QuantitySet.Span.of(80), new QuantitySet.Span(443, 444, false)));
    Exit exit =
        new Exit(
            List.of(
                ExitClause.allow(new Member(new FactRef(Fact.PORT), ports)),
                ExitClause.refuse(
                    new Expr.AddressTest(AddressKind.PRIVATE, new FactRef(Fact.ADDRESS)))),
            new Resolve.ByServers(List.of("9.9.9.9:53", "[2620:fe::fe]:53")));
    return new Tunnel(
        "web",
        "commons",
        List.of(
            new Entry.Socks(new Entry.Listen(1080), true),
            new Entry.Http(new Entry.Listen("::1", 8080)),
            new Entry.Forward(new Entry.Listen(2525), "mx.example", 25, false)),
        new Relays(
            3,
            Optional.of(only),
            List.of(Distinct.OPERATOR, Distinct.SUBNET),
            Optional.of(prefer),
            Optional.of(new Guard(Duration.ofDays(90), 1))),
        exit,
        List.of("quic", "tls", "tcp"),
        Optional.of(Duration.ofMinutes(10)),
        new Isolation(true, false),
        true,
        Optional.of(Shape.LARGE_CELLS));
  }

  /// Where its rules would stand.
  public static SourceMap quietWebSources() {
    return new SourceMap(
        java.util.Map.of(
            "routes/0",
                new Position(
                    "quiet_web.rb", 27, 5, 26, "    to(\"tor\") { host.under? \"onion\" }"),
            "tunnels/web/relays/only", new Position("quiet_web.rb", 13, 7, 4, "      only { … }")));
  }
}
