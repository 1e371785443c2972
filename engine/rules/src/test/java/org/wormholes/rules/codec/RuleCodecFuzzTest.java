package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.RulesetGenerator;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Exprs;

/// Whatever the bytes, reading them ends in rules or in the one declared exception, within its
/// share of memory. Bodies are mutated and put into a fresh envelope, since the checksum stops
/// anything else.
class RuleCodecFuzzTest {
  private static final int INPUTS = 100_000;
  private static final int FREE_BYTES = 64 << 10;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void mutatedBodiesAreRulesOrAreRefused() {
    SplittableRandom random = new SplittableRandom(7);
    List<byte[]> bodies = new ArrayList<>();
    for (long seed = 0; seed < 200; seed++) {
      bodies.add(RuleCodec.canonicalBytes(new RulesetGenerator(seed).ruleset()));
    }
    byte[] sources = sourceBytes();
    int decoded = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] body = mutated(bodies.get(random.nextInt(bodies.size())), random);
      decoded += decodes(Envelope.wrap(body, sources, null), "input " + i) ? 1 : 0;
    }
    assertThat(decoded).as("some mutations change only a value").isBetween(INPUTS / 100, INPUTS);
  }

  @Test
  void mutatedSourcesAndEnvelopesAreRulesOrAreRefused() {
    SplittableRandom random = new SplittableRandom(8);
    byte[] body = RuleCodec.canonicalBytes(new RulesetGenerator(3).ruleset());
    byte[] sources = sourceBytes();
    for (int i = 0; i < INPUTS / 5; i++) {
      decodes(Envelope.wrap(body, mutated(sources, random), null), "sources " + i);
      decodes(mutated(Envelope.wrap(body, sources, null), random), "envelope " + i);
    }
  }

  /// The densest rulesets there are: many small things, each of which becomes an object.
  @Test
  void denseRulesetsStayWithinTheirMemory() throws RuleFormatException {
    Network network = new Network("n", true, List.of());
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      routes.add(new Route(Verdict.REFUSE, Exprs.YES));
    }
    Ruleset dense =
        new Ruleset("r", "1", List.of(network), List.of(tunnel("t")), routes, List.of());
    byte[] file = RuleCodec.encode(dense, SourceMap.EMPTY);
    assertThat(decodes(file, "dense")).isTrue();
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

  private static Tunnel tunnel(String name) {
    return new Tunnel(
        name,
        "n",
        List.of(),
        Relays.any(3),
        Exit.DEFAULT,
        List.of(),
        java.util.Optional.empty(),
        Isolation.DEFAULT,
        false,
        java.util.Optional.empty());
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
