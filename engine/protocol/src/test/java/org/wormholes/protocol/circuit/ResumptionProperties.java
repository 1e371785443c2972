package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.wormholes.protocol.wire.WireException;

/// Streams whose circuit is cut at random moments, or replaced while it lives: every byte arrives
/// exactly once and in order in both directions, half-close included.
final class ResumptionProperties {
  private static final int SEEDS = Integer.getInteger("circuit.seeds", 120);

  @TestFactory
  List<DynamicTest> bytesArriveOnceAndInOrder() {
    List<DynamicTest> tests = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      long chosen = seed;
      tests.add(DynamicTest.dynamicTest("seed " + seed, () -> new Run(chosen, false).play()));
    }
    return tests;
  }

  @Test
  void survivesCutsBeforeTheFirstAnswer() throws WireException {
    for (long seed = 1; seed <= SEEDS; seed++) {
      new Run(seed, true).play();
    }
  }

  /// One client, one exit with its registry, and a circuit that is replaced again and again.
  private static final class Run {
    private final long seed;
    private final Random random;
    private final boolean cutEarly;
    private final CountingAccount account = new CountingAccount();
    private final ChunkPool pool = new ChunkPool(1 << 20);
    private final OrphanRegistry registry = new OrphanRegistry(100, 100);
    private final CircuitLimits limits = new CircuitLimits(64, 0, 1 << 20, 64 << 10, 1 << 20);
    private final List<Recorder> atClient = new ArrayList<>();
    private final List<Recorder> atExit = new ArrayList<>();
    private final List<StreamClaim> waiting = new ArrayList<>();
    private final List<StreamEnd> unanswered = new ArrayList<>();
    private final List<CircuitEnd> abandoned = new ArrayList<>();
    private CircuitPair pair;
    private long now = CircuitPair.START;
    private int opened;

    Run(long seed, boolean cutEarly) {
      this.seed = seed;
      this.random = new Random(seed);
      this.cutEarly = cutEarly;
      this.pair = newPair();
      int streams = 1 + random.nextInt(3);
      for (int i = 0; i < streams; i++) {
        open();
      }
    }

    private void open() {
      int number = atClient.size();
      int size = random.nextInt(4) == 0 ? random.nextInt(2_000) : random.nextInt(300_000);
      int back = random.nextInt(4) == 0 ? random.nextInt(2_000) : random.nextInt(300_000);
      Recorder client = new Recorder("client " + number, number, -1 - number, size);
      Recorder exit = new Recorder("exit " + number, -1 - number, number, back);
      atClient.add(client);
      atExit.add(exit);
      client.stream = pair.client.open(Target.of("a" + number + ".example", 80), client);
    }

    private CircuitPair newPair() {
      CircuitListener client =
          new CircuitListener() {
            @Override
            public void onReady() {}

            @Override
            public void onClosed(Reason reason) {
              throw new AssertionError("circuit closed");
            }
          };
      CircuitListener exit =
          new CircuitListener() {
            @Override
            public void onReady() {}

            @Override
            public void onStream(StreamEnd stream, Target target) {
              accept(stream, target);
            }

            @Override
            public void onClaim(StreamClaim claim) {
              waiting.add(claim);
            }

            @Override
            public void onClosed(Reason reason) {
              throw new AssertionError("circuit closed");
            }
          };
      CircuitPair made = new CircuitPair(limits, pool, account, random, client, exit);
      made.now = now;
      return made;
    }

    private void accept(StreamEnd stream, Target target) {
      opened++;
      assertThat(registry.add(stream, "loop", now)).isTrue();
      Recorder exit = atExit.get(Integer.parseInt(target.host().text().substring(1, 2)));
      assertThat(exit.stream).as("opened once").isNull();
      exit.stream = stream;
      stream.listener(exit);
      unanswered.add(stream);
    }

    private void answerClaims() {
      for (StreamClaim claim : waiting) {
        switch (registry.claim(claim.key(), null, now)) {
          case OrphanRegistry.Found.Here(StreamEnd stream, Object owner) -> {
            stream.detach();
            if (!claim.resume(stream)) {
              assertThat(registry.orphan(stream, now)).isTrue();
            }
          }
          case OrphanRegistry.Found.Ended(Reason reason) -> claim.gone(reason);
          case OrphanRegistry.Found.Unknown() -> {
            assertThat(claim.target()).as("known once confirmed").isPresent();
            claim.fresh();
          }
        }
      }
      waiting.clear();
    }

    void play() throws WireException {
      try {
        int events = 0;
        while (!isOver()) {
          assertThat(events++).as("events until everything arrived").isLessThan(200_000);
          event();
          checkLimits();
        }
        letOrphansExpire();
        assertThat(account.held).as("bytes still charged").isZero();
        assertThat(registry.streams()).isZero();
        assertThat(opened).isEqualTo(atExit.size());
      } catch (AssertionError | RuntimeException | WireException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }

    private boolean isOver() {
      for (int i = 0; i < atClient.size(); i++) {
        Recorder client = atClient.get(i);
        Recorder exit = atExit.get(i);
        // The last acknowledgement may be lost with its circuit: the client then never comes back.
        boolean exitIsDone = exit.ended || (exit.finished && exit.sent == exit.total);
        if (!client.ended || !exitIsDone) {
          return false;
        }
      }
      return true;
    }

    private void letOrphansExpire() {
      abandoned.add(pair.exit);
      for (CircuitEnd exit : abandoned) {
        for (StreamEnd stream : exit.lost()) {
          assertThat(registry.orphan(stream, now)).isTrue();
        }
      }
      for (OrphanRegistry.Found.Here here : registry.expire(now + OrphanRegistry.KEEP_NANOS + 1)) {
        here.stream().reset(Reason.EXPIRED);
      }
    }

    private void event() throws WireException {
      pair.now = now;
      int choice = random.nextInt(cutEarly ? 40 : 200);
      if (choice == 0) {
        replace(random.nextBoolean());
      } else if (choice < 10) {
        answerClaims();
        unanswered.forEach(stream -> stream.connected(4));
        unanswered.clear();
      } else if (choice < 20) {
        now += random.nextInt(20_000_000);
      } else if (random.nextInt(3) > 0) {
        boolean forward = random.nextBoolean();
        pair.pullOne(forward);
        pair.deliverOne(forward);
      } else {
        List<Recorder> side = random.nextBoolean() ? atClient : atExit;
        Recorder who = side.get(random.nextInt(side.size()));
        who.consumes = random.nextInt(8) > 0;
        if (who.stream != null && !who.stream.isEnded()) {
          who.consume(random.nextInt(100_000));
        }
        who.send(random.nextInt(60_000), now);
      }
    }

    /// The circuit dies, or the client moves its streams while it lives; some cells are lost.
    private void replace(boolean dies) {
      CircuitPair old = pair;
      List<StreamEnd> streams = old.client.lost();
      if (dies) {
        for (StreamEnd stream : old.exit.lost()) {
          assertThat(registry.orphan(stream, now)).isTrue();
        }
      } else {
        abandoned.add(old.exit);
      }
      pair = newPair();
      for (StreamEnd stream : streams) {
        pair.client.attach(stream, now);
      }
    }

    private void checkLimits() {
      for (Recorder each : atClient) {
        assertThat(each.stream().unsentBytes()).isLessThanOrEqualTo(1 << 20);
      }
      assertThat(account.held).isLessThan(16L << 20);
    }
  }
}
