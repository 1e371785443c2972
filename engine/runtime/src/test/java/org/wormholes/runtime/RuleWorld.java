package org.wormholes.runtime;

import java.time.DayOfWeek;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Given;
import org.wormholes.rules.Group;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.FactRef;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.QuantitySet.Span;
import org.wormholes.rules.expr.Regex;
import org.wormholes.rules.expr.TextSet;
import org.wormholes.rules.expr.Type;

/// Rulesets with every kind of rule, and flows that meet them, from a seed.
final class RuleWorld {
  private static final List<String> NAMES =
      List.of("example.org", "www.example.org", "x.onion", "nas.lan", "cdn.video.example");
  private static final List<String> DOMAINS =
      List.of("org", "example.org", "onion", "lan", "example");
  private static final List<String> LITERALS =
      List.of(
          "10.0.0.1",
          "192.168.1.9",
          "8.8.8.8",
          "127.0.0.1",
          "::1",
          "2606:2800::1",
          "64:ff9b::a00:1");
  private static final List<String> RANGES =
      List.of("10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", "::/0", "8.8.8.0/24", "127.0.0.0/8");
  private static final List<String> USERS = List.of("", "ann", "bob");
  private static final List<String> PROGRAMS = List.of("", "curl", "firefox");
  private static final List<String> MARKS = List.of("big", "slow", "home");
  private static final int[] PORTS = {22, 25, 53, 80, 443, 8080};

  private final SplittableRandom random;
  private List<Tunnel> tunnels = List.of();
  private List<Group> groups = List.of();
  private final List<String> given = new ArrayList<>();

  RuleWorld(long seed) {
    this.random = new SplittableRandom(seed);
  }

  Ruleset ruleset() {
    tunnels = some(1, 4, this::tunnel);
    groups = tunnels.size() < 2 ? List.of() : some(0, 2, this::group);
    given.clear();
    List<Route> routes = new ArrayList<>();
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      Expr condition = i == count - 1 && random.nextBoolean() ? Exprs.YES : condition(2, true);
      Verdict verdict = verdict();
      routes.add(new Route(verdict, condition));
      if (verdict instanceof Verdict.Mark(String mark)) {
        given.add(mark);
      }
    }
    return new Ruleset(
        "r",
        "1",
        List.of(new Network("commons", true, List.of())),
        tunnels,
        groups,
        routes,
        List.of());
  }

  private Tunnel tunnel(int index) {
    Entry.Listen listen = new Entry.Listen(1080 + index);
    List<Entry> entries = new ArrayList<>(List.of(new Entry.Socks(listen, true)));
    if (random.nextInt(3) == 0) {
      entries.add(
          new Entry.Forward(
              new Entry.Listen(2000 + index),
              random.nextBoolean() ? pick(NAMES) : pick(LITERALS),
              port(),
              false));
    }
    return new Tunnel(
        "t" + index,
        "commons",
        entries,
        Relays.any(1 + random.nextInt(3)),
        new Exit(
            some(
                0,
                3,
                _ ->
                    random.nextBoolean()
                        ? ExitClause.allow(condition(2, false))
                        : ExitClause.refuse(condition(2, false))),
            new Resolve.BySystem()),
        List.of(),
        Optional.empty(),
        new Isolation(random.nextBoolean(), random.nextBoolean()),
        false,
        Optional.empty());
  }

  private Group group(int index) {
    List<String> members = new ArrayList<>();
    tunnels.forEach(tunnel -> {
      if (members.size() < 2 || random.nextBoolean()) {
        members.add(random.nextInt(members.size() + 1), tunnel.name());
      }
    });
    Group.Kind kind = pick(List.of(Group.Kind.FALLBACK, Group.Kind.FASTEST, Group.Kind.BALANCE));
    return new Group(
        "g" + index,
        kind,
        members,
        kind.isSpread() ? 1 + random.nextInt(2) : 1,
        Optional.empty(),
        Duration.ofMillis(30),
        Duration.ofSeconds(10));
  }

  private Verdict verdict() {
    return switch (random.nextInt(8)) {
      case 0 -> Verdict.REFUSE;
      case 1 -> Verdict.DIRECT;
      case 2, 3 -> new Verdict.Mark(pick(MARKS));
      case 4, 5 -> new Verdict.To(groups.isEmpty() ? pick(tunnels).name() : pick(groups).name());
      default -> new Verdict.To(pick(tunnels).name());
    };
  }

  private Expr condition(int depth, boolean flow) {
    if (depth == 0) {
      return flow && random.nextInt(2) == 0 ? flowQuestion() : question();
    }
    return switch (random.nextInt(6)) {
      case 0 -> Exprs.not(condition(depth - 1, flow));
      case 1 -> Exprs.all(condition(depth - 1, flow), condition(depth - 1, flow));
      case 2 -> Exprs.any(condition(depth - 1, flow), condition(depth - 1, flow));
      case 3 ->
          Exprs.choose(
              condition(depth - 1, flow), condition(depth - 1, flow), condition(depth - 1, flow));
      default -> condition(0, flow);
    };
  }

  /// What exits may ask too.
  private Expr question() {
    Expr host = new FactRef(Fact.HOST);
    Expr number = new FactRef(Fact.PORT);
    Expr address = new FactRef(Fact.ADDRESS);
    return switch (random.nextInt(9)) {
      case 0, 1 -> new Expr.Member(host, DomainSet.of(pick(DOMAINS), pick(DOMAINS)));
      case 2 -> new Expr.Member(host, TextSet.of(pick(NAMES), pick(LITERALS)));
      case 3 ->
          new Expr.Compare(
              pick(List.of(Comparison.values())), number, Expr.Quantity.number(port()));
      case 4 ->
          new Expr.Member(
              number,
              QuantitySet.of(Type.NUMBER, List.of(Span.of(port()), new Span(80, 500, true))));
      case 5 -> is(Fact.PROTOCOL, pick(List.of("tcp", "udp")));
      case 6 -> new Expr.Member(address, AddressSet.of(pick(RANGES), pick(RANGES)));
      case 7 -> new Expr.AddressTest(pick(List.of(AddressKind.values())), address);
      default ->
          new Expr.Matches(host, Regex.of(pick(List.of("^www", "o", "\\.1$")), false, false));
    };
  }

  private Expr flowQuestion() {
    return switch (random.nextInt(14)) {
      case 0 -> is(Fact.USER, pick(USERS));
      case 1 -> is(Fact.ENTRY, "t" + random.nextInt(4));
      case 2 -> {
        int from = 3_600 * random.nextInt(24);
        yield new Expr.TimeWindow(
            new FactRef(Fact.TIME), from, (from + 7_200) % 86_400, random.nextBoolean());
      }
      case 3 -> new Expr.Member(new FactRef(Fact.WEEKDAY), TextSet.of("mon", "wed", "sun"));
      case 4, 5 -> new FactRef(Fact.METERED);
      case 6 -> new Expr.FactOf(Fact.CARRIER_UP, "tcp");
      case 7 -> new Expr.FactOf(Fact.FRIEND_ONLINE, "ann");
      case 8 ->
          new Expr.Compare(
              Comparison.LESS,
              new Expr.FactOf(Fact.ROUND_TRIP, pick(tunnels).name()),
              Expr.Quantity.duration(Duration.ofMillis(300)));
      case 9 -> is(Fact.COUNTRY, pick(List.of("", "DE", "SE")));
      case 10 -> is(random.nextBoolean() ? Fact.PROCESS : Fact.LOCAL_USER, pick(PROGRAMS));
      case 11 ->
          new Expr.Member(
              new FactRef(random.nextBoolean() ? Fact.SNI : Fact.HTTP_HOST),
              DomainSet.of(pick(DOMAINS)));
      default -> given.isEmpty() ? question() : new Expr.FactOf(Fact.MARKED, pick(given));
    };
  }

  private static Expr is(Fact fact, String text) {
    return new Expr.Compare(Comparison.EQUAL, new FactRef(fact), new Expr.Text(text));
  }

  /// A flow that comes in by the entry of a tunnel.
  ///
  /// @param metered what the machine says of its way to the Internet
  FlowSample flow(Ruleset ruleset, boolean metered) {
    List<Given> more = new ArrayList<>(List.of(Given.yesNo(Fact.METERED, "", metered)));
    say(more, Fact.SNI, random.nextInt(3) == 0 ? pick(NAMES) : "");
    say(more, Fact.HTTP_HOST, random.nextInt(3) == 0 ? pick(NAMES) : "");
    say(more, Fact.PROCESS, pick(PROGRAMS));
    say(more, Fact.LOCAL_USER, pick(USERS));
    more.sort(Given.ORDER);
    return new FlowSample(
        random.nextBoolean() ? pick(NAMES) : pick(LITERALS),
        port(),
        random.nextInt(4) == 0 ? Protocol.UDP : Protocol.TCP,
        pick(USERS),
        pick(ruleset.tunnels()).name(),
        random.nextInt(86_400),
        DayOfWeek.of(1 + random.nextInt(7)),
        more);
  }

  private static void say(List<Given> given, Fact fact, String text) {
    if (!text.isEmpty()) {
      given.add(Given.text(fact, text));
    }
  }

  boolean coin() {
    return random.nextBoolean();
  }

  private int port() {
    return PORTS[random.nextInt(PORTS.length)];
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private <T> List<T> some(int least, int most, IntFunction<T> value) {
    return IntStream.range(0, least + random.nextInt(most - least + 1)).mapToObj(value).toList();
  }
}
