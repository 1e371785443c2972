package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.wormholes.rules.Expectation;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Given;
import org.wormholes.rules.Group;
import org.wormholes.rules.Position;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.RulesetGenerator;
import org.wormholes.rules.Samples;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.Regex;
import org.wormholes.rules.expr.TextSet;
import org.wormholes.rules.expr.Type;

/// Whatever the bytes, reading them ends in rules or in the one declared exception, within its
/// share of memory. Bodies are mutated and put into a fresh envelope, since the checksum stops
/// anything else.
class RuleCodecFuzzTest {
  private static final int INPUTS = 60_000;
  private static final int FREE_BYTES = 64 << 10;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void mutatedBodiesAreRulesOrAreRefused() throws RuleFormatException {
    SplittableRandom random = new SplittableRandom(7);
    List<Ruleset> rulesets = new ArrayList<>();
    List<byte[]> bodies = new ArrayList<>();
    for (long seed = 0; seed < 200; seed++) {
      rulesets.add(new RulesetGenerator(seed).ruleset());
      bodies.add(RuleCodec.canonicalBytes(rulesets.getLast()));
    }
    byte[] sources = sourceBytes();
    int decoded = 0;
    for (int i = 0; i < INPUTS; i++) {
      int chosen = random.nextInt(bodies.size());
      byte[] body = mutated(bodies.get(chosen), random);
      byte[] file = Envelope.wrap(Formats.of(rulesets.get(chosen)), body, sources, null);
      if (decodes(file, "input " + i)) {
        decoded++;
        assertThat(RuleCodec.canonicalBytes(RuleCodec.decode(file).ruleset()))
            .as("what reads has one spelling, input %d", i)
            .isEqualTo(body);
      }
    }
    assertThat(decoded).as("some mutations change only a value").isBetween(INPUTS / 100, INPUTS);
  }

  @Test
  void mutatedSourcesAndEnvelopesAreRulesOrAreRefused() {
    SplittableRandom random = new SplittableRandom(8);
    Ruleset ruleset = new RulesetGenerator(3).ruleset();
    byte[] body = RuleCodec.canonicalBytes(ruleset);
    int format = Formats.of(ruleset);
    byte[] sources = sourceBytes();
    for (int i = 0; i < INPUTS / 5; i++) {
      decodes(Envelope.wrap(format, body, mutated(sources, random), null), "sources " + i);
      decodes(mutated(Envelope.wrap(format, body, sources, null), random), "envelope " + i);
    }
  }

  /// The densest rulesets there are: many small things, each of which becomes an object.
  @TestFactory
  Stream<DynamicTest> denseRulesetsStayWithinTheirMemory() {
    Expr user = new Expr.FactRef(Fact.USER);
    Expr empty = new Expr.Compare(Expr.Comparison.EQUAL, user, new Expr.Text("a"));
    Expr port = new Expr.Compare(Expr.Comparison.LESS, new Expr.Length(user), number(3));
    List<String> texts = IntStream.range(0, 40_000).mapToObj(i -> "" + (char) (300 + i)).toList();
    List<String> pairs =
        IntStream.range(0, 900)
            .mapToObj(i -> "" + (char) (33 + i / 90) + (char) (33 + i % 90))
            .toList();
    List<QuantitySet.Span> spans =
        IntStream.range(0, 20_000).mapToObj(i -> QuantitySet.Span.of(i)).toList();
    Map<String, Position> positions = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      positions.put(Integer.toString(i, 36), new Position("", 1, 1, 0, "\u0100"));
    }
    return Stream.of(
        dense("constants", routes(20_000, Exprs.YES)),
        dense("negations", routes(20_000, new Expr.Not(Exprs.YES))),
        dense("comparisons", routes(20_000, empty)),
        dense("lengths", routes(20_000, port)),
        dense("patterns", routes(20_000, new Expr.Matches(user, Regex.of("a")))),
        dense("sets of strings", routes(1, new Expr.Member(user, TextSet.of(texts)))),
        dense("sets of short strings", routes(50, new Expr.Member(user, TextSet.of(pairs)))),
        dense(
            "sets of amounts",
            routes(1, new Expr.Member(new Expr.Length(user), QuantitySet.of(Type.NUMBER, spans)))),
        dense("small sets", routes(20_000, new Expr.Member(user, DomainSet.of("a")))),
        dense(
            "small sets of ranges",
            routes(20_000, new Expr.Member(new Expr.FactRef(Fact.ADDRESS), AddressSet.of("::1")))),
        dense(
            "literals",
            routes(
                20_000,
                new Expr.Compare(
                    Expr.Comparison.EQUAL,
                    new Expr.FactRef(Fact.ADDRESS),
                    new Expr.AddressLiteral(new Address(0, 1))))),
        dense("facts about a name", routes(20_000, new Expr.FactOf(Fact.CARRIER_UP, "a"))),
        dense("marks", marks()),
        dense("groups", groups()),
        dense("expectations with given facts", givenExpectations()),
        dense("expectations of names", expectations("a")),
        dense("expectations of IPv4", expectations("1.2.3.4")),
        dense("expectations of IPv6", expectations("::")),
        dense("tunnels", tunnels()),
        DynamicTest.dynamicTest(
            "positions",
            () ->
                assertThat(
                        decodes(
                            RuleCodec.encode(routes(1, Exprs.YES), new SourceMap(positions)),
                            "positions"))
                    .isTrue()));
  }

  private static DynamicTest dense(String what, Ruleset ruleset) {
    return DynamicTest.dynamicTest(
        what, () -> assertThat(decodes(RuleCodec.encode(ruleset, SourceMap.EMPTY), what)).isTrue());
  }

  private static Ruleset routes(int count, Expr condition) {
    return Samples.ruleset(
        List.of(Samples.tunnel("t")),
        Collections.nCopies(count, new Route(Verdict.REFUSE, condition)));
  }

  private static Ruleset expectations(String host) {
    Expectation one = new Expectation(FlowSample.of(host, 1, Protocol.TCP), Verdict.REFUSE);
    return new Ruleset(
        "r",
        "1",
        List.of(Samples.NETWORK),
        List.of(Samples.tunnel("t")),
        List.of(),
        Collections.nCopies(Ruleset.MAX_EXPECTATIONS, one));
  }

  private static Ruleset marks() {
    List<Route> routes = Collections.nCopies(20_000, new Route(new Verdict.Mark("m"), Exprs.YES));
    return Samples.ruleset(List.of(Samples.tunnel("t")), routes);
  }

  private static Ruleset groups() {
    List<Group> groups =
        IntStream.range(0, Ruleset.MAX_GROUPS)
            .mapToObj(i -> Group.of("g" + i, Group.Kind.FALLBACK, "t", "u"))
            .toList();
    return new Ruleset(
        "r",
        "1",
        List.of(Samples.NETWORK),
        List.of(Samples.tunnel("t"), Samples.tunnel("u")),
        groups,
        List.of(),
        List.of());
  }

  private static Ruleset givenExpectations() {
    List<Given> given =
        List.of(
            Given.yesNo(Fact.METERED, "", true),
            Given.yesNo(Fact.CARRIER_UP, "a", true),
            Given.yesNo(Fact.CARRIER_UP, "b", true));
    Expectation one =
        new Expectation(FlowSample.of("a", 1, Protocol.TCP).with(given), Verdict.REFUSE);
    return new Ruleset(
        "r",
        "1",
        List.of(Samples.NETWORK),
        List.of(Samples.tunnel("t")),
        List.of(),
        Collections.nCopies(Ruleset.MAX_EXPECTATIONS, one));
  }

  private static Ruleset tunnels() {
    return Samples.ruleset(
        IntStream.range(0, Ruleset.MAX_TUNNELS).mapToObj(i -> Samples.tunnel("" + i)).toList(),
        List.of());
  }

  private static Expr number(double value) {
    return Expr.Quantity.number(value);
  }

  @Test
  void ordinaryRulesetsStayWithinTheirMemory() {
    for (long seed = 0; seed < 2000; seed++) {
      RulesetGenerator generator = new RulesetGenerator(seed);
      Ruleset ruleset = generator.ruleset();
      assertThat(decodes(RuleCodec.encode(ruleset, generator.sources(ruleset)), "seed " + seed))
          .isTrue();
    }
  }

  private static boolean decodes(byte[] file, String what) {
    boolean decoded = decode(file).isEmpty();
    long limit = FREE_BYTES + 4L * file.length;
    long allocated = allocatedBy(file);
    if (allocated > limit) {
      allocated = allocatedBy(file); // a class loaded for the first time is not the file's doing
    }
    if (allocated > limit) {
      throw new AssertionError(
          "%s: %d bytes made %d allocated: %s"
              .formatted(what, file.length, allocated, decode(file)));
    }
    return decoded;
  }

  private static long allocatedBy(byte[] file) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    decode(file);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /// What was wrong with the file; nothing where it was read.
  private static String decode(byte[] file) {
    try {
      return RuleCodec.decode(file, (_, _, _) -> true).digest().startsWith("wr1-")
          ? ""
          : "no digest";
    } catch (RuleFormatException e) {
      return e.toString();
    }
  }

  private static byte[] sourceBytes() {
    RulesetGenerator generator = new RulesetGenerator(5);
    byte[] file =
        RuleCodec.encode(generator.ruleset(), generator.sources(new RulesetGenerator(5).ruleset()));
    byte[] bare = RuleCodec.encode(new RulesetGenerator(5).ruleset(), SourceMap.EMPTY);
    int emptySources = 16;
    return Arrays.copyOfRange(file, bare.length - emptySources, file.length);
  }

  private static byte[] mutated(byte[] original, SplittableRandom random) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && bytes.length > 0; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 ->
            bytes[Math.min(bytes.length - 1, (at & -8) + 4 + random.nextInt(4))] =
                (byte) random.nextInt(256);
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        case 4 -> bytes = Arrays.copyOf(bytes, bytes.length + 8);
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(8 * random.nextInt(1, 5), bytes.length - Math.max(from, at));
          System.arraycopy(bytes, from, bytes, at, length);
        }
      }
    }
    return bytes;
  }
}
