package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.WireException;

final class CircuitCreditProperties {
  @Test
  void neverMoreThanAWindowIsUnderwayAndTheSenderNeverStarves() throws WireException {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      CircuitCredit sender = new CircuitCredit();
      CircuitCredit receiver = new CircuitCredit();
      Deque<Boolean> underway = new ArrayDeque<>();
      Deque<Boolean> queued = new ArrayDeque<>();
      Deque<Integer> grants = new ArrayDeque<>();
      int outstanding = 0;
      int sent = 0;
      for (int step = 0; step < 20_000; step++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            boolean large = random.nextBoolean();
            if (sender.maySend(large)) {
              sender.sent(large);
              underway.add(large);
              outstanding += CircuitCredit.units(large);
              sent++;
            }
          }
          case 1 -> {
            if (!underway.isEmpty()) {
              boolean large = underway.remove();
              receiver.received(large);
              queued.add(large);
            }
          }
          case 2 -> {
            if (!queued.isEmpty()) {
              boolean large = queued.remove();
              outstanding -= CircuitCredit.units(large);
              int grant = receiver.released(large);
              if (grant > 0) {
                grants.add(grant);
              }
            }
          }
          default -> {
            if (!grants.isEmpty()) {
              sender.granted(grants.remove());
            }
          }
        }
        assertThat(outstanding).as("seed " + seed).isLessThanOrEqualTo(CircuitCredit.WINDOW);
        if (underway.isEmpty() && queued.isEmpty() && grants.isEmpty()) {
          assertThat(sender.maySend(true)).as("seed " + seed).isTrue();
        }
      }
      assertThat(sent).as("seed " + seed).isGreaterThan(1_000);
    }
  }

  @Test
  void aPeerThatSendsWithoutCreditIsNoticed() throws WireException {
    CircuitCredit receiver = new CircuitCredit();
    for (int i = 0; i < CircuitCredit.WINDOW / CircuitCredit.LARGE_UNITS; i++) {
      receiver.received(true);
    }
    assertThatThrownBy(() -> receiver.received(false)).isInstanceOf(WireException.class);
    assertThat(receiver.held()).isEqualTo(CircuitCredit.WINDOW);
  }

  @Test
  void aPeerThatGrantsWhatItNeverGotIsNoticed() throws WireException {
    CircuitCredit sender = new CircuitCredit();
    assertThatThrownBy(() -> sender.granted(1)).isInstanceOf(WireException.class);
    sender.sent(false);
    assertThatThrownBy(() -> sender.granted(4)).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> sender.granted(0)).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> sender.granted(-1)).isInstanceOf(WireException.class);
    sender.granted(3);
    assertThat(sender.sendable()).isEqualTo(CircuitCredit.WINDOW);
  }

  @Test
  void ourOwnMistakesAreLoud() {
    CircuitCredit credit = new CircuitCredit();
    assertThatThrownBy(() -> credit.released(true)).isInstanceOf(IllegalStateException.class);
    while (credit.maySend(true)) {
      credit.sent(true);
    }
    assertThatThrownBy(() -> credit.sent(true)).isInstanceOf(IllegalStateException.class);
  }
}
