package org.wormholes.rules;

import java.time.DayOfWeek;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprGenerator;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.TypeChecker;

/// Makes valid rulesets from a seed.
public final class RulesetGenerator {
  private final SplittableRandom random;

  public RulesetGenerator(long seed) {
    this.random = new SplittableRandom(seed);
  }

  public Ruleset ruleset() {
    List<Network> networks = some(1, 3, i -> network("n" + i));
    List<Gateway> gateways =
        random.nextBoolean() ? List.of() : some(1, 4, i -> gateway(i, ExprGenerator.NAME));
    List<Tunnel> tunnels =
        some(
            1,
            3,
            i ->
                tunnel(
                    i == 0 ? ExprGenerator.NAME : "t" + i,
                    networks.getFirst().name(),
                    i == 0 ? gateways : List.of()));
    List<Group> groups =
        random.nextBoolean() ? List.of() : some(1, 2, i -> group("g" + i, tunnels, gateways));
    List<String> targets =
        Stream.of(
                tunnels.stream().map(Tunnel::name),
                groups.stream().map(Group::name),
                gateways.stream().map(Gateway::name))
            .flatMap(names -> names)
            .toList();
    List<Route> routes = routes(targets);
    List<Expectation> expectations = some(0, 3, _ -> new Expectation(flow(), verdict(targets)));
    return new Ruleset("r", "1.0", networks, tunnels, groups, gateways, routes, expectations);
  }

  private List<Route> routes(List<String> targets) {
    List<Route> routes = new ArrayList<>();
    if (random.nextBoolean()) {
      routes.add(new Route(new Verdict.Mark(ExprGenerator.NAME), condition(Scope.FLOW)));
    }
    routes.addAll(some(0, 6, _ -> new Route(verdict(targets), condition(Scope.FLOW))));
    try {
      Samples.ruleset(List.of(Samples.tunnel(ExprGenerator.NAME)), onlyConditions(routes));
      return routes;
    } catch (IllegalArgumentException nothingMarks) {
      return List.of(new Route(verdict(targets), Exprs.YES));
    }
  }

  private static List<Route> onlyConditions(List<Route> routes) {
    return routes.stream()
        .map(route ->
            route.verdict() instanceof Verdict.Mark
                ? route
                : new Route(Verdict.REFUSE, route.condition()))
        .toList();
  }

  private Group group(String name, List<Tunnel> tunnels, List<Gateway> gateways) {
    Group.Kind kind = random.nextBoolean() ? Group.Kind.BALANCE : Group.Kind.SPLIT;
    return new Group(
        name,
        kind,
        Stream.concat(
                tunnels.stream().map(Tunnel::name),
                kind == Group.Kind.SPLIT
                    ? Stream.empty()
                    : gateways.stream().map(Gateway::name).filter(_ -> random.nextBoolean()))
            .toList(),
        2 + random.nextInt(3),
        maybe(() ->
            new Group.Probe(
                "example.org",
                1 + random.nextInt(65_535),
                Duration.ofSeconds(60),
                Duration.ofMillis(100 + random.nextInt(1000)),
                random.nextBoolean())),
        Duration.ofMillis(random.nextInt(10_000)),
        Duration.ofSeconds(random.nextInt(3600)));
  }

  /// A gateway, reached through the one before it, through a tunnel or as it is.
  private Gateway gateway(int index, String tunnel) {
    Gateway.Kind kind = List.of(Gateway.Kind.values()).get(random.nextInt(4));
    boolean started = kind.isProgram() && random.nextBoolean();
    Optional<String> through =
        kind.isProgram() && !started
            ? Optional.empty()
            : maybe(() -> index == 0 ? tunnel : "w" + (index - 1));
    return new Gateway(
        "w" + index,
        kind,
        started
            ? Optional.empty()
            : Optional.of(
                new Gateway.Server(
                    "127.0.0.1",
                    1 + random.nextInt(65_535),
                    random.nextBoolean() ? "" : "ann",
                    random.nextBoolean() ? "" : "s3cret")),
        through,
        some(0, 2, i -> new Entry.Socks(new Entry.Listen(2000 + i), false)),
        new Isolation(random.nextBoolean(), random.nextBoolean()));
  }

  /// A position for each route.
  public SourceMap sources(Ruleset ruleset) {
    java.util.TreeMap<String, Position> positions = new java.util.TreeMap<>();
    for (int i = 0; i < ruleset.routes().size(); i++) {
      positions.put(RulePath.route(i), new Position("a.rb", i + 1, 3, 4, "  to(\"t0\") { é }"));
    }
    return new SourceMap(positions);
  }

  private Network network(String name) {
    String address = "a2".repeat(28);
    return new Network(
            name,
            random.nextBoolean(),
            some(0, 2, i -> "wormhole://" + address + "@203.0.113.7:" + (i + 1)))
        .withTables(random.nextInt(3) > 0 ? List.of() : some(1, 2, i -> table("t" + i)));
  }

  /// A table with rules of any kind.
  public Table table(String name) {
    int replicas = 1 + random.nextInt(Table.MAX_REPLICAS);
    return new Table(
        name,
        random.nextBoolean() ? "" : ExprGenerator.NODE,
        some(1, 3, _ -> condition(Scope.WRITE)),
        replicas,
        replicas / 2 + 1 + random.nextInt((replicas + 1) / 2),
        Duration.ofMinutes(1 + random.nextInt(100_000)),
        new Table.Limits(1 + random.nextInt(255), random.nextInt(Table.Limits.MAX_VALUE)));
  }

  /// @param gateways that its services may be published on
  private Tunnel tunnel(String name, String network, List<Gateway> gateways) {
    return new Tunnel(
        name,
        network,
        some(0, 3, this::entry),
        relays(),
        exit(),
        random.nextBoolean() ? List.of() : List.of("quic", "tcp"),
        maybe(() -> Duration.ofSeconds(10 + random.nextInt(1000), random.nextInt(1000))),
        new Isolation(random.nextBoolean(), random.nextBoolean()),
        random.nextBoolean(),
        maybe(() -> random.nextBoolean() ? Shape.LARGE_CELLS : Shape.SMALL_CELLS),
        random.nextInt(3) == 0 ? some(1, 3, i -> publication(i, gateways)) : List.of());
  }

  private Publication publication(int i, List<Gateway> gateways) {
    List<String> clients = some(0, 3, n -> "abcdefgh".substring(n, n + 1).repeat(56));
    return new Publication(
        "service" + i,
        random.nextBoolean() ? "127.0.0.1" : "::1",
        1 + random.nextInt(65_535),
        clients,
        gateways.stream()
            .filter(each -> each.kind() == Gateway.Kind.TOR && random.nextBoolean())
            .map(Gateway::name)
            .toList());
  }

  private Entry entry(int i) {
    Entry.Listen listen = new Entry.Listen(1080 + i);
    return switch (random.nextInt(4)) {
      case 0 -> new Entry.Socks(listen, random.nextBoolean());
      case 1 -> new Entry.Http(listen);
      case 2 -> {
        Optional<Dnssec> dnssec = dnssec();
        yield new Entry.Dns(
            listen,
            List.of(Entry.Dns.Over.values()).get(random.nextInt(3)),
            List.of(Entry.Dns.Invents.values()).get(random.nextInt(dnssec.isPresent() ? 2 : 3)),
            Entry.Dns.ADDRESSES_4,
            Entry.Dns.ADDRESSES_6,
            dnssec);
      }
      default -> new Entry.Forward(listen, "mx.example", 25, random.nextBoolean());
    };
  }

  private Optional<Dnssec> dnssec() {
    return random.nextBoolean()
        ? Optional.empty()
        : Optional.of(
            new Dnssec(some(0, 3, n -> new TrustAnchor("", n, 13, 4, "%096X".formatted(n + 1)))));
  }

  private Relays relays() {
    return new Relays(
        1 + random.nextInt(8),
        maybe(() -> condition(Scope.RELAY)),
        random.nextBoolean() ? List.of() : List.of(Distinct.SUBNET, Distinct.OPERATOR),
        maybe(this::score),
        maybe(() -> new Guard(Duration.ofDays(90), 2)));
  }

  private Exit exit() {
    Resolve resolve =
        random.nextBoolean()
            ? new Resolve.BySystem()
            : new Resolve.ByServers(
                random.nextBoolean()
                    ? List.of("9.9.9.9:53", "[2620:fe::fe]:53")
                    : List.of("tls://[2620:fe::fe]:853#dns.example"));
    return new Exit(
        some(
            0,
            3,
            _ ->
                random.nextBoolean()
                    ? ExitClause.allow(condition(Scope.EXIT))
                    : ExitClause.refuse(condition(Scope.EXIT))),
        resolve);
  }

  private Verdict.Final verdict(List<String> targets) {
    return switch (random.nextInt(4)) {
      case 0 -> Verdict.REFUSE;
      case 1 -> Verdict.DIRECT;
      default -> new Verdict.To(targets.get(random.nextInt(targets.size())));
    };
  }

  private FlowSample flow() {
    List<String> hosts = List.of("example.org", "www.example.org", "10.0.0.1", "x.onion");
    return new FlowSample(
        hosts.get(random.nextInt(hosts.size())),
        1 + random.nextInt(65_535),
        random.nextBoolean() ? Protocol.TCP : Protocol.UDP,
        random.nextBoolean() ? "" : "ann",
        "",
        random.nextInt(86_400),
        DayOfWeek.of(1 + random.nextInt(7)),
        random.nextBoolean()
            ? List.of()
            : List.of(
                Given.text(Fact.SNI, "example.org"),
                Given.yesNo(Fact.METERED, "", random.nextBoolean()),
                Given.yesNo(Fact.FRIEND_ONLINE, "ann", random.nextBoolean())));
  }

  private Expr condition(Scope scope) {
    Expr condition = new ExprGenerator(random.nextLong(), scope).condition(1 + random.nextInt(4));
    return TypeChecker.conditionProblems(condition, scope).isEmpty() ? condition : Exprs.YES;
  }

  private Expr score() {
    Expr score = new ExprGenerator(random.nextLong(), Scope.RELAY).score(3);
    return TypeChecker.scoreProblems(score, Scope.RELAY).isEmpty() ? score : Exprs.YES;
  }

  private <T> Optional<T> maybe(Supplier<T> value) {
    return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
  }

  private <T> List<T> some(int least, int most, java.util.function.IntFunction<T> value) {
    List<T> values = new ArrayList<>();
    int count = least + random.nextInt(most - least + 1);
    for (int i = 0; i < count; i++) {
      values.add(value.apply(i));
    }
    return values;
  }
}
