package org.wormholes.spec.bench;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.wormholes.rules.Decision;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.ExitFacts;
import org.wormholes.rules.ExitPolicy;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Table;
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
import org.wormholes.rules.write.WriteFacts;
import org.wormholes.rules.write.WriteRule;

/// How many rules a core decides in a second, and how fast rules load. Half of the hosts asked for
/// are in the lists. The figures are processor time, the median of the rounds.
public final class RuleDecisionBench {
  private static final int RULES = 100_000;
  private static final int ASKED = 1 << 14;
  private static final int ROUNDS = 15;
  private static final Expr HOST = new Expr.FactRef(Fact.HOST);

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<String> domains = new ArrayList<>();
  private final FlowFacts[] flows = new FlowFacts[ASKED];
  private final ExitFacts[] destinations = new ExitFacts[ASKED];

  private RuleDecisionBench() {}

  /// Prints one figure a line.
  public static void main(String[] arguments) throws Exception {
    new RuleDecisionBench().run();
  }

  private void run() throws Exception {
    for (int i = 0; i < RULES; i++) {
      domains.add(domain());
    }
    for (int i = 0; i < ASKED; i++) {
      String name =
          i % 2 == 0 ? domain() : "cdn" + i % 7 + "." + domains.get(random.nextInt(RULES));
      Host host = Host.parse(name).orElseThrow();
      flows[i] = new FlowFacts(host, 443, Protocol.TCP, "", "", 43_200, DayOfWeek.MONDAY);
      Address address = Address.ofIpv4(0x0800_0000 | random.nextInt(1 << 28));
      destinations[i] = ExitFacts.asked(host, 443, Protocol.TCP).resolved(address);
    }
    DomainSet listed = DomainSet.of(domains);
    System.out.printf(
        "100,000 domains: %.1f bytes a domain in a rule file%n",
        listed.bytes().length / (double) listed.size());
    routes("one set of 100,000 domains", List.of(refuse(listed), everything()));
    List<Route> many =
        new ArrayList<>(domains.stream().map(each -> refuse(DomainSet.of(each))).toList());
    many.add(everything());
    routes("100,000 routes of a domain each", many);
    exits();
    writes();
    loading(many);
  }

  private void routes(String what, List<Route> routes) {
    RouteDecider decider = RouteDecider.of(ruleset(routes));
    measure(
        "routes, " + what,
        i -> {
          Decision decision = decider.decide(flows[i]);
          return decision.routeIndex();
        });
  }

  private void exits() {
    List<AddressRange> ranges = new ArrayList<>();
    for (int i = 0; i < RULES; i++) {
      int bits = (0x0800_0000 | random.nextInt(1 << 28)) & -4;
      ranges.add(new AddressRange(Address.ofIpv4(bits), 126));
    }
    Expr listed = new Expr.Member(new Expr.FactRef(Fact.ADDRESS), AddressSet.of(ranges));
    Exit exit = new Exit(List.of(ExitClause.refuse(listed)), new Resolve.BySystem());
    ExitPolicy policy = ExitPolicy.of(exit);
    measure("exit, 100,000 ranges of addresses", i -> policy.decide(destinations[i]).clause());
  }

  /// The guestbook: signed, by a friend of the owner, small, text, not too often.
  private void writes() {
    Expr author = new Expr.FactRef(Fact.AUTHOR);
    Expr size = new Expr.FactRef(Fact.VALUE_SIZE);
    Expr often = new Expr.FactOf(Fact.WRITES, "hour");
    List<Expr> clauses =
        List.of(
            new Expr.FactRef(Fact.IS_SIGNED),
            new Expr.FactRef(Fact.FRIEND_OF_OWNER),
            new Expr.Compare(Expr.Comparison.AT_MOST, size, Expr.Quantity.bytes(4096)),
            new Expr.FactRef(Fact.IS_TEXT),
            new Expr.Compare(Expr.Comparison.LESS, often, Expr.Quantity.number(10)),
            new Expr.TextTest(Expr.TextQuestion.STARTS_WITH, new Expr.FactRef(Fact.KEY), author));
    WriteRule rule = WriteRule.compile(Table.of("guestbook", "", clauses));
    String ann = "a2".repeat(28);
    String bob = "b3".repeat(28);
    byte[] value = "a line in the guestbook ".repeat(40).getBytes(StandardCharsets.UTF_8);
    Set<String> friends = Set.of(bob);
    Map<String, Integer> counts = Map.of("hour", 3);
    measure(
        "write to a guestbook, 1 KB, six clauses",
        i -> {
          WriteFacts write =
              WriteFacts.of(ann + "/" + (i & 7), value)
                  .by(ann)
                  .ownedBy(bob)
                  .friendOf(friends)
                  .writes(counts);
          return rule.refusedBy(write).orElse(0);
        });
  }

  private static void measure(String what, IntUnaryOperator decide) {
    long[] nanos = new long[ROUNDS];
    int sum = 0;
    for (int warmUp = 0; warmUp < 5; warmUp++) {
      sum += round(decide);
    }
    for (int i = 0; i < ROUNDS; i++) {
      long start = cpuTime();
      sum += round(decide);
      nanos[i] = cpuTime() - start;
    }
    Arrays.sort(nanos);
    double each = nanos[ROUNDS / 2] / (4.0 * ASKED);
    System.out.printf(
        "%-45s %7.0f ns, %,.0f a second and core (%d)%n", what, each, 1e9 / each, sum % 10);
  }

  /// The processor time of this thread, which other work on the machine disturbs least.
  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static int round(IntUnaryOperator decide) {
    int sum = 0;
    for (int repeat = 0; repeat < 4; repeat++) {
      for (int i = 0; i < ASKED; i++) {
        sum += decide.applyAsInt(i);
      }
    }
    return sum;
  }

  private void loading(List<Route> many) throws Exception {
    byte[] file = RuleCodec.encode(ruleset(many.subList(0, 10_000)), SourceMap.EMPTY);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      long start = cpuTime();
      RouteDecider decider = RouteDecider.of(RuleCodec.decode(file).ruleset());
      decider.decide(flows[i]);
      millis.add((cpuTime() - start) / 1e6);
    }
    System.out.printf(
        "loading 10,000 rules (%,d bytes) until the first decision: %.1f ms at first, %.1f ms later%n",
        file.length, millis.getFirst(), millis.stream().sorted().toList().get(ROUNDS / 2));
  }

  private static Route refuse(DomainSet set) {
    return new Route(Verdict.REFUSE, new Expr.Member(HOST, set));
  }

  private static Route everything() {
    return new Route(new Verdict.To("web"), Exprs.YES);
  }

  private static Ruleset ruleset(List<Route> routes) {
    Network network = new Network("commons", true, List.of());
    Tunnel web =
        new Tunnel(
            "web",
            "commons",
            List.of(),
            Relays.any(3),
            Exit.DEFAULT,
            List.of("tcp"),
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    return new Ruleset("bench", "1", List.of(network), List.of(web), routes, List.of());
  }

  private String domain() {
    String letters = "abcdefghijklmnopqrstuvwxyz";
    StringBuilder name = new StringBuilder();
    for (int length = 5 + random.nextInt(10); length > 0; length--) {
      name.append(letters.charAt(random.nextInt(letters.length())));
    }
    List<String> ends = List.of(".com", ".net", ".org", ".co.uk", ".example");
    return name.append(ends.get(random.nextInt(ends.size()))).toString();
  }
}
