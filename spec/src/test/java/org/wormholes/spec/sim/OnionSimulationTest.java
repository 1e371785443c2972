package org.wormholes.spec.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.wormholes.protocol.circuit.CellChoice;

/// Whole networks under faults. `-Dsim.seeds=N` runs more of them, `-Dsim.seed=X` one again.
final class OnionSimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 210);
  private static final long ONLY = Long.getLong("sim.seed", 0);

  @TestFactory
  Stream<DynamicTest> everyByteArrivesOnceWhateverGoesWrong() {
    LongStream seeds = ONLY != 0 ? LongStream.of(ONLY) : LongStream.rangeClosed(1, SEEDS);
    return seeds.mapToObj(
        seed -> DynamicTest.dynamicTest("seed " + seed, () -> new World(seed).run()));
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(new World(seed).run().trace()).isEqualTo(new World(seed).run().trace());
    }
  }

  @Test
  void aCircuitIsBuiltInOneRoundTripOfItsPath() {
    long delay = 20 * Timeline.MILLISECOND;
    int hops = 3;
    World world = new World(1, Options.calm(hops, hops, delay));
    world.run(2 * Timeline.SECOND);
    // Once more over links that are up: that is what counts when a circuit is replaced.
    for (int i = 0; i < 8; i++) {
      world.timeline().after(0, world.client()::rotate);
      world.run(Timeline.SECOND);
    }
    long ours = world.client().lastBuildTime();
    long oneRoundTrip = 2L * hops * delay;
    long telescoping = 0;
    for (int hop = 1; hop <= hops; hop++) {
      telescoping += 2L * hop * delay;
    }
    System.out.printf(
        "circuit of %d hops over links of %d ms: built in %.1f ms (one round trip of the path is"
            + " %d ms), hop by hop it would take %d ms%n",
        hops,
        delay / Timeline.MILLISECOND,
        ours / 1e6,
        oneRoundTrip / Timeline.MILLISECOND,
        telescoping / Timeline.MILLISECOND);
    assertThat(world.client().built()).isGreaterThanOrEqualTo(4);
    assertThat(ours).isBetween(oneRoundTrip, oneRoundTrip + 2 * Timeline.MILLISECOND);
    assertThat(telescoping).isEqualTo(2 * oneRoundTrip);
  }

  @Test
  void aTunnelSurvivesRelaysThatCrashAndLie() {
    int refused = 0;
    int lost = 0;
    for (long seed = 1; seed <= 10; seed++) {
      Options options =
          new Options(
              6,
              3,
              Timeline.MILLISECOND,
              20_000_000,
              true,
              3,
              2_000_000,
              CellChoice.AUTOMATIC,
              EnumSet.of(Fault.TAG, Fault.REPLAY, Fault.SWAP, Fault.INJECT, Fault.CRASH_RELAY),
              12,
              0);
      World world = new World(seed, options).run();
      refused += world.refusedSpoiled();
      lost += world.client().lost();
    }
    // Or this test would say nothing.
    assertThat(refused).isGreaterThan(8);
    assertThat(lost).isGreaterThan(12);
  }

  @Test
  void aSplitFlowSurvivesWiresThatBreakAndRelaysThatCrash() {
    int lost = 0;
    for (long seed = 1; seed <= 20; seed++) {
      Options options =
          new Options(
              8,
              3,
              Timeline.MILLISECOND,
              4_000_000,
              true,
              1,
              2_000_000,
              CellChoice.AUTOMATIC,
              EnumSet.of(
                  Fault.BREAK_WIRE, Fault.CRASH_RELAY, Fault.PARTITION, Fault.TAG, Fault.ROTATE),
              12,
              3);
      World world = new World(seed, options).run();
      lost += world.lostParts();
    }
    assertThat(lost).as("circuits of parts that died under way").isGreaterThan(20);
  }

  @Test
  void aFlowOverThreeCircuitsIsFasterThanOneCircuitCanBe() {
    int bytesPerSecond = 2_000_000;
    Options options =
        new Options(
            20,
            3,
            5 * Timeline.MILLISECOND,
            bytesPerSecond,
            true,
            1,
            16_000_000,
            CellChoice.AUTOMATIC,
            EnumSet.noneOf(Fault.class),
            0,
            3);
    World world = new World(3, options);
    SplitFlow flow = world.splits().getFirst();
    while (!flow.isConnected()) {
      world.run(10 * Timeline.MILLISECOND);
    }
    long since = world.timeline().now();
    while (!flow.isOver()) {
      world.run(10 * Timeline.MILLISECOND);
    }
    double one = (double) flow.length() / bytesPerSecond;
    double took = (double) (world.timeline().now() - since) / Timeline.SECOND;
    System.out.printf(
        "%,d bytes over three circuits of 2 MB/s: %.2f s; over one at least %.2f s%n",
        flow.length(), took, one);
    assertThat(flow.length()).isGreaterThan(8_000_000);
    assertThat(took).isLessThan(one / 2);
  }
}
