package org.wormholes.rules.lint;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Samples;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.FactRef;
import org.wormholes.rules.expr.Expr.Quantity;
import org.wormholes.rules.expr.Expr.TextQuestion;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.QuantitySet.Span;
import org.wormholes.rules.expr.Regex;
import org.wormholes.rules.expr.TextSet;
import org.wormholes.rules.expr.Type;

/// Routes and flows over a small vocabulary, so that conditions meet, overlap and contain each
/// other often.
final class FlowWorld {
  private static final List<String> NAMES =
      List.of(
          "org",
          "example.org",
          "www.example.org",
          "a.example.org",
          "onion",
          "x.onion",
          "corp",
          "wiki.corp",
          "xexample.org");
  private static final List<String> LITERALS =
      List.of(
          "10.0.0.1",
          "10.1.2.3",
          "10.255.255.255",
          "127.0.0.1",
          "192.168.1.1",
          "8.8.8.8",
          "93.184.215.14",
          "224.0.0.251",
          "240.0.0.1",
          "169.254.1.1",
          "0.0.0.0",
          "100.64.0.1",
          "::1",
          "fd00::1",
          "64:ff9b::a01:203",
          "2002:a01:203::",
          "2001:db8::1",
          "2606:2800::1");
  private static final List<String> RANGES =
      List.of(
          "10.0.0.0/8",
          "10.1.0.0/16",
          "10.1.2.3",
          "0.0.0.0/0",
          "::/0",
          "192.168.0.0/16",
          "127.0.0.0/8",
          "fd00::/8",
          "64:ff9b::/96",
          "8.0.0.0/7",
          "8.8.8.8",
          "2002::/16",
          "fc00::/7");
  private static final double[] PORTS = {1, 22, 53, 80, 81, 443, 1023, 1024, 8080, 65_535};
  private static final List<String> USERS = List.of("", "ann", "bob", "annabel");

  private final SplittableRandom random;
  private final List<String> given = new ArrayList<>();

  FlowWorld(long seed) {
    this.random = new SplittableRandom(seed);
  }

  Ruleset ruleset() {
    List<Tunnel> tunnels = List.of(Samples.tunnel("t0"), Samples.tunnel("t1"));
    List<Route> routes = new ArrayList<>();
    given.clear();
    for (int i = 0, count = 2 + random.nextInt(6); i < count; i++) {
      Verdict verdict = verdict();
      routes.add(new Route(verdict, condition(1 + random.nextInt(3))));
      if (verdict instanceof Verdict.Mark(String mark)) {
        given.add(mark);
      }
    }
    return Samples.ruleset(tunnels, routes);
  }

  private Verdict verdict() {
    return switch (random.nextInt(6)) {
      case 0 -> Verdict.REFUSE;
      case 1 -> Verdict.DIRECT;
      case 2, 3 -> new Verdict.Mark(random.nextBoolean() ? "big" : "slow");
      default -> new Verdict.To("t" + random.nextInt(2));
    };
  }

  Expr condition(int depth) {
    if (depth <= 1) {
      return question();
    }
    return switch (random.nextInt(6)) {
      case 0 -> Exprs.not(condition(depth - 1));
      case 1, 2 -> Exprs.all(conditions(depth - 1));
      case 3, 4 -> Exprs.any(conditions(depth - 1));
      default -> Exprs.choose(condition(depth - 1), condition(depth - 1), condition(depth - 1));
    };
  }

  private List<Expr> conditions(int depth) {
    return IntStream.range(0, 2 + random.nextInt(2)).mapToObj(_ -> condition(depth)).toList();
  }

  private Expr question() {
    if (!given.isEmpty() && random.nextInt(6) == 0) {
      return new Expr.FactOf(Fact.MARKED, pick(given));
    }
    Expr host = new FactRef(Fact.HOST);
    Expr port = new FactRef(Fact.PORT);
    Expr user = new FactRef(Fact.USER);
    Expr time = new FactRef(Fact.TIME);
    Expr address = new FactRef(Fact.ADDRESS);
    return switch (random.nextInt(20)) {
      case 0, 1, 2 -> new Expr.Member(host, DomainSet.of(some(NAMES)));
      case 3 -> new Expr.Member(host, TextSet.of(some(NAMES)));
      case 4, 5 ->
          new Expr.Compare(pick(List.of(Comparison.values())), port, Quantity.number(port()));
      case 6 -> new Expr.Compare(pick(List.of(Comparison.values())), Quantity.number(port()), port);
      case 7 ->
          new Expr.Between(
              port, Quantity.number(port()), Quantity.number(port()), random.nextBoolean());
      case 8 ->
          new Expr.Member(
              port,
              QuantitySet.of(
                  Type.NUMBER, List.of(Span.of(port()), new Span(80, 81 + port(), false))));
      case 9 ->
          new Expr.Compare(
              random.nextBoolean() ? Comparison.EQUAL : Comparison.NOT_EQUAL,
              new FactRef(Fact.PROTOCOL),
              new Expr.Text(random.nextBoolean() ? "tcp" : "udp"));
      case 10 ->
          new Expr.Compare(
              random.nextBoolean() ? Comparison.EQUAL : Comparison.NOT_EQUAL,
              user,
              new Expr.Text(pick(USERS)));
      case 11 ->
          new Expr.TextTest(
              pick(List.of(TextQuestion.values())),
              random.nextBoolean() ? user : host,
              new Expr.Text(pick(List.of("", "a", "an", "ann", "org", ".org", "corp", "x"))));
      case 12 ->
          new Expr.Member(
              new FactRef(Fact.WEEKDAY),
              TextSet.of(some(List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun"))));
      case 13 -> {
        int from = 3_600 * random.nextInt(24);
        yield new Expr.TimeWindow(
            time, from, (from + 1 + random.nextInt(86_399)) % 86_400, random.nextBoolean());
      }
      case 14 ->
          new Expr.Compare(
              pick(List.of(Comparison.values())), time, new Expr.Time(3_600 * random.nextInt(24)));
      case 15, 16 -> new Expr.Member(address, AddressSet.of(some(RANGES).toArray(String[]::new)));
      case 17 -> new Expr.AddressTest(pick(List.of(AddressKind.values())), address);
      case 18 ->
          new Expr.Compare(
              random.nextBoolean() ? Comparison.EQUAL : Comparison.NOT_EQUAL,
              address,
              new Expr.AddressLiteral(
                  org.wormholes.rules.expr.Address.parse(pick(LITERALS)).orElseThrow()));
      default ->
          random.nextBoolean()
              ? new Expr.Matches(
                  host, Regex.of(pick(List.of("^www\\.", "org$", ".")), false, false))
              : new Expr.Compare(
                  Comparison.EQUAL,
                  new FactRef(Fact.ENTRY),
                  new Expr.Text(pick(List.of("t0", "t1", "t2", ""))));
    };
  }

  FlowSample flow() {
    return new FlowSample(
        random.nextInt(3) > 0 ? pick(NAMES) : pick(LITERALS),
        (int) (random.nextInt(4) == 0 ? 1 + random.nextInt(65_535) : port()),
        random.nextBoolean() ? Protocol.TCP : Protocol.UDP,
        pick(USERS),
        pick(List.of("t0", "t1", "")),
        random.nextBoolean() ? random.nextInt(86_400) : 3_600 * random.nextInt(24),
        DayOfWeek.of(1 + random.nextInt(7)));
  }

  private double port() {
    return PORTS[random.nextInt(PORTS.length)];
  }

  private List<String> some(List<String> from) {
    List<String> some = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      some.add(pick(from));
    }
    return some;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
