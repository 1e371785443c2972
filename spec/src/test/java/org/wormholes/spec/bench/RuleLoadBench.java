package org.wormholes.spec.bench;

import java.nio.file.Path;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.wormholes.rules.Exit;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.Type;
import org.wormholes.runtime.store.StateFolder;

/// 10,000 rules of several kinds: kept in a state folder, for an engine to start with
/// (`spec/bench/rules.sh` starts one many times), or loaded again and again in this process.
public final class RuleLoadBench {
  private static final int RULES = 10_000;
  private static final int ROUNDS = 41;
  private static final Expr HOST = new Expr.FactRef(Fact.HOST);

  private RuleLoadBench() {}

  /// With a folder: makes it the state folder of an engine with these rules, or with as many of
  /// them as a second argument says. Without: prints how long loading them takes here.
  public static void main(String[] arguments) throws Exception {
    int rules = arguments.length > 1 ? Integer.parseInt(arguments[1]) : RULES;
    byte[] file = RuleCodec.encode(ruleset(rules), sources(rules));
    if (arguments.length > 0) {
      try (StateFolder state = StateFolder.open(Path.of(arguments[0]))) {
        state.rulesets().commit(file).ifPresent(System.err::println);
      }
      return;
    }
    Host host = Host.parse("nowhere.example").orElseThrow();
    FlowFacts flow = new FlowFacts(host, 443, Protocol.TCP, "", "", 0, DayOfWeek.MONDAY);
    double[] millis = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      RouteDecider.of(RuleCodec.decode(file).ruleset()).decide(flow);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(millis);
    System.out.printf(
        "%,d rules (%,d bytes) until the first decision, in a process that is warm: %.1f ms"
            + " (slowest %.1f)%n",
        RULES, file.length, millis[ROUNDS / 2], millis[ROUNDS - 1]);
  }

  /// Of ten rules seven ask for a domain, and one each for a range of addresses, for a domain and a
  /// port, and for a user by time of day.
  private static Ruleset ruleset(int rules) {
    SplittableRandom random = new SplittableRandom(1);
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < rules - 1; i++) {
      Verdict verdict = i % 3 == 0 ? Verdict.REFUSE : new Verdict.To(i % 3 == 1 ? "web" : "far");
      routes.add(new Route(verdict, condition(i, random)));
    }
    routes.add(new Route(new Verdict.To("web"), Exprs.YES));
    Network network = new Network("commons", true, List.of());
    return new Ruleset(
        "many", "1", List.of(network), List.of(tunnel("web"), tunnel("far")), routes, List.of());
  }

  private static Expr condition(int i, SplittableRandom random) {
    return switch (i % 10) {
      case 7 -> {
        Address first = Address.ofIpv4(0x0800_0000 | (random.nextInt(1 << 28) & -256));
        yield new Expr.Member(
            new Expr.FactRef(Fact.ADDRESS), AddressSet.of(List.of(new AddressRange(first, 120))));
      }
      case 8 ->
          new Expr.And(
              List.of(
                  domain(i),
                  new Expr.Compare(
                      Expr.Comparison.EQUAL,
                      new Expr.FactRef(Fact.PORT),
                      new Expr.Quantity(Type.NUMBER, 8443))));
      case 9 ->
          new Expr.And(
              List.of(
                  new Expr.Compare(
                      Expr.Comparison.EQUAL,
                      new Expr.FactRef(Fact.USER),
                      new Expr.Text("user" + i)),
                  new Expr.TimeWindow(new Expr.FactRef(Fact.TIME), 9 * 3600, 17 * 3600, false)));
      default -> domain(i);
    };
  }

  private static Expr domain(int i) {
    return new Expr.Member(HOST, DomainSet.of(List.of("host" + i * 7919 % 100_003 + ".example")));
  }

  private static Tunnel tunnel(String name) {
    return new Tunnel(
        name,
        "commons",
        List.of(),
        Relays.any(3),
        Exit.DEFAULT,
        List.of("tcp"),
        Optional.empty(),
        Isolation.DEFAULT,
        false,
        Optional.empty());
  }

  /// A line for each rule, as a script would give them.
  private static SourceMap sources(int rules) {
    Map<String, Position> positions = new TreeMap<>();
    for (int i = 0; i < rules; i++) {
      String line = "    to(\"web\") { host.under? \"host%d.example\" }".formatted(i);
      positions.put(RulePath.route(i), new Position("many.rb", 10 + i, 5, 2, line));
    }
    return new SourceMap(positions);
  }
}
