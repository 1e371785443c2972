package org.wormholes.protocol.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;

final class IntroductionQueueTest {
  private static final Instant START = Services.NOW;
  private static final NodeId POINT = Services.pointKey(0).id();
  private static final Bytes SHARE = Services.bytes(77, 32);

  @Test
  void moreWorkGoesFirstAndEqualWorkInOrder() {
    IntroductionQueue<String> queue = new IntroductionQueue<>(START);
    queue.offer("a", 0, START);
    queue.offer("b", 10, START);
    queue.offer("c", 0, START);
    queue.offer("d", 20, START);
    List<String> order = new ArrayList<>();
    while (queue.size() > 0) {
      queue.poll(START).ifPresent(order::add);
    }
    assertThat(order).containsExactly("d", "b", "a", "c");
  }

  @Test
  void aFloodWithoutWorkDoesNotKeepOutWhoWorked() {
    IntroductionQueue<String> queue = new IntroductionQueue<>(START);
    for (int i = 0; i < 10 * IntroductionQueue.MAX_WAITING; i++) {
      queue.offer("flood", 0, START);
    }
    assertThat(queue.size()).isEqualTo(IntroductionQueue.MAX_WAITING);
    assertThat(queue.offer("honest", 16, START)).isTrue();
    assertThat(queue.offer("late flood", 0, START)).isFalse();
    assertThat(queue.poll(START)).contains("honest");
  }

  @Test
  void whatWaitedTooLongIsLetGo() {
    IntroductionQueue<String> queue = new IntroductionQueue<>(START);
    queue.offer("a", 0, START);
    Instant later = START.plus(IntroductionQueue.PATIENCE).plusMillis(1);
    assertThat(queue.poll(later)).isEmpty();
  }

  @Test
  void theEffortRisesInAFloodAndFallsAfter() {
    IntroductionQueue<String> queue = new IntroductionQueue<>(START);
    Instant now = START;
    assertThat(queue.effort(now)).isZero();
    int before = 0;
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i <= IntroductionQueue.MAX_WAITING; i++) {
        queue.offer("flood", before, now);
      }
      while (queue.poll(now).isPresent()) {
        assertThat(queue.size()).isLessThan(IntroductionQueue.MAX_WAITING);
      }
      now = now.plus(IntroductionQueue.RISE);
      int raised = queue.effort(now);
      assertThat(raised).isGreaterThan(before);
      before = raised;
    }
    for (int minute = 0; minute < 40; minute++) {
      now = now.plus(IntroductionQueue.FALL);
      queue.effort(now);
    }
    assertThat(queue.effort(now)).isZero();
  }

  @Test
  void theEffortStaysWhileOnlyIdleOnesAreTurnedAway() {
    IntroductionQueue<String> queue = new IntroductionQueue<>(START);
    queue.refused(new Shed(1, 0));
    assertThat(queue.effort(START)).isZero();
    Instant now = START.plus(IntroductionQueue.RISE);
    int asked = queue.effort(now);
    assertThat(asked).isPositive();
    for (int minute = 0; minute < 5; minute++) {
      queue.refused(new Shed(1_000, 0));
      now = now.plus(IntroductionQueue.FALL);
      assertThat(queue.effort(now)).isEqualTo(asked);
    }
    queue.refused(new Shed(0, 1));
    now = now.plus(IntroductionQueue.RISE);
    assertThat(queue.effort(now)).isGreaterThan(asked);
  }

  @Test
  void workIsDoneOnceAndForOneIntroduction() {
    Puzzle puzzle = new Puzzle(20, Services.bytes(1, Puzzle.SEED_BYTES));
    Puzzle.Proof proof =
        puzzle.solve(POINT, SHARE, 20, 2_000, new Random(5)::nextBytes).orElseThrow();
    assertThat(puzzle.accepts(POINT, SHARE, proof)).isTrue();
    Puzzle.Proof claimed = new Puzzle.Proof(Puzzle.MAX_EFFORT, proof.head(), proof.nonce());
    assertThat(puzzle.accepts(POINT, SHARE, claimed)).isFalse();
    Puzzle next = new Puzzle(20, Services.bytes(2, Puzzle.SEED_BYTES));
    assertThat(next.accepts(POINT, SHARE, proof)).isFalse();
    int stolen = 0;
    for (int i = 0; i < 40; i++) {
      Bytes other = Services.bytes(100 + i, 32);
      stolen += puzzle.accepts(POINT, other, proof) ? 1 : 0;
    }
    assertThat(stolen).as("of 40 at effort 20, two by chance").isLessThan(10);
  }

  @Test
  void noWorkIsAProofOfNone() {
    Puzzle puzzle = new Puzzle(0, Services.bytes(1, Puzzle.SEED_BYTES));
    assertThat(puzzle.accepts(POINT, SHARE, Puzzle.Proof.none())).isTrue();
  }
}
