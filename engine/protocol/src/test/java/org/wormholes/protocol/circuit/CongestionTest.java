package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.WireException;

/// A sender behind a path of a certain length, through a bottleneck of a certain width.
final class CongestionTest {
  private static final int CELL = 16_224;
  private static final int MAX = 16 << 20;

  private final Congestion congestion = new Congestion(MAX);
  private long now = 1;
  private long bottleneckFree;
  private long acked;
  private final java.util.ArrayDeque<Long> arrivals = new java.util.ArrayDeque<>();

  /// Sends as much as the window allows for some time.
  private double run(long nanos, long roundTrip, double bytesPerNano) throws WireException {
    long before = acked;
    long end = now + nanos;
    for (; now < end; now += 50_000) {
      while (congestion.isOpen()) {
        congestion.onSent(CELL, now);
        bottleneckFree = Math.max(bottleneckFree, now) + (long) (CELL / bytesPerNano);
        arrivals.add(bottleneckFree + roundTrip);
      }
      int batch = 0;
      while (!arrivals.isEmpty() && arrivals.peek() <= now) {
        arrivals.remove();
        batch++;
      }
      if (batch > 0) {
        acked += batch;
        congestion.onAck(acked, 0, now);
      }
    }
    return (acked - before) * (double) CELL / nanos;
  }

  @Test
  void fillsALongFatPath() throws WireException {
    run(1_000_000_000, 20_000_000, 0.6);
    assertThat(run(1_000_000_000, 20_000_000, 0.6)).isGreaterThan(0.5);
    assertThat(congestion.window()).isLessThanOrEqualTo(MAX);
  }

  @Test
  void keepsTheQueueShortBeforeASlowBottleneck() throws WireException {
    run(5_000_000_000L, 30_000_000, 0.025);
    assertThat(run(2_000_000_000, 30_000_000, 0.025)).isGreaterThan(0.023);
    long queueing = congestion.roundTrip() - 30_000_000;
    // 200 Mbit/s: ten milliseconds are 250 KB; the smallest window alone is as much.
    assertThat(queueing).isLessThan(16_000_000);
  }

  @Test
  void findsTheShortestRoundTripAnewWhenThePathGetsLonger() throws WireException {
    run(3_000_000_000L, 5_000_000, 0.3);
    run(30_000_000_000L, 60_000_000, 0.3);
    assertThat(run(2_000_000_000, 60_000_000, 0.3)).isGreaterThan(0.2);
  }

  @Test
  void neverShrinksBelowTheSmallestWindow() throws WireException {
    run(20_000_000_000L, 1_000_000, 0.000_5);
    assertThat(congestion.window()).isGreaterThanOrEqualTo(Congestion.MIN_WINDOW);
  }

  @Test
  void refusesAcknowledgementsThatCannotBe() throws WireException {
    congestion.onSent(CELL, 1);
    congestion.onSent(CELL, 2);
    congestion.onAck(1, 0, 10);
    assertThatThrownBy(() -> congestion.onAck(3, 0, 11)).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> congestion.onAck(0, 0, 11)).isInstanceOf(WireException.class);
    assertThat(congestion.inFlight()).isEqualTo(CELL);
  }

  @Test
  void doesNotGrowForASenderThatSendsLittle() throws WireException {
    for (int i = 1; i < 1_000; i++) {
      congestion.onSent(CELL, i * 1_000_000L);
      congestion.onAck(i, 0, i * 1_000_000L + 900_000);
    }
    assertThat(congestion.window()).isEqualTo(Congestion.START_WINDOW);
  }
}
