package org.wormholes.protocol.circuit;

import org.wormholes.protocol.wire.WireException;

/// How many bytes a circuit may have under way. Round-trip times are taken from real cells: the far
/// end says how many cells it has, this end remembers when it sent each of them.
///
/// The window follows the queueing delay (round trip minus the shortest one known), in the manner
/// of Vegas: it doubles each round trip until the delay passes [#HIGH_DELAY], then keeps it between
/// [#LOW_DELAY] and that. The delay is measured as the shortest of a whole round trip, so a late
/// wake-up is not taken for a queue. Every ten seconds one round with the smallest window finds the
/// shortest round trip anew.
final class Congestion {
  static final int MIN_WINDOW = 256 << 10;
  static final int START_WINDOW = 512 << 10;
  static final long LOW_DELAY = 5_000_000;
  static final long HIGH_DELAY = 10_000_000;
  static final long PROBE_EVERY = 10_000_000_000L;

  /// Samples above this are clocks gone wrong, not round trips.
  private static final long MAX_ROUND_TRIP = 60_000_000_000L;

  private final int maxWindow;
  private long[] sentAt = new long[64];
  private int[] weights = new int[64];
  private long sentCells;
  private long ackedCells;
  private long inFlight;
  private long window = START_WINDOW;
  private boolean slowStart = true;

  private long shortest = Long.MAX_VALUE;
  private long shortestAt;
  private long smoothed;
  private long roundShortest = Long.MAX_VALUE;
  private long roundEnd;
  private boolean roundWasLimited;

  /// Rounds left with the smallest window: the first drains the queue, the second measures.
  private int probeRounds;

  private long windowBeforeProbe;

  Congestion(int maxWindow) {
    this.maxWindow = maxWindow;
  }

  boolean isOpen() {
    return inFlight < window;
  }

  long inFlight() {
    return inFlight;
  }

  long window() {
    return window;
  }

  /// Smoothed round trip, 0 before the first sample.
  long roundTrip() {
    return smoothed;
  }

  /// A cell that the far end acknowledges was sent.
  void onSent(int weight, long now) {
    if (sentCells - ackedCells == sentAt.length) {
      grow();
    }
    int slot = (int) sentCells & (sentAt.length - 1);
    sentAt[slot] = now;
    weights[slot] = weight;
    sentCells++;
    inFlight += weight;
    roundWasLimited |= inFlight >= window;
  }

  private void grow() {
    int old = sentAt.length;
    long[] times = new long[2 * old];
    int[] sizes = new int[2 * old];
    for (long cell = ackedCells; cell < sentCells; cell++) {
      times[(int) cell & (2 * old - 1)] = sentAt[(int) cell & (old - 1)];
      sizes[(int) cell & (2 * old - 1)] = weights[(int) cell & (old - 1)];
    }
    sentAt = times;
    weights = sizes;
  }

  /// The far end has `cells` cells in all, and thought about the last one for `delay` nanoseconds.
  void onAck(long cells, long delay, long now) throws WireException {
    if (cells < ackedCells || cells > sentCells) {
      throw new WireException("acknowledges " + cells + " cells of " + sentCells);
    }
    if (cells == ackedCells) {
      return;
    }
    int mask = sentAt.length - 1;
    for (long cell = ackedCells; cell < cells; cell++) {
      inFlight -= weights[(int) cell & mask];
    }
    ackedCells = cells;
    sample(now - sentAt[(int) (cells - 1) & mask] - delay, now);
    if (ackedCells >= roundEnd) {
      endRound(now);
      roundEnd = sentCells;
    }
  }

  private void sample(long roundTrip, long now) {
    if (roundTrip <= 0 || roundTrip > MAX_ROUND_TRIP) {
      return;
    }
    smoothed = smoothed == 0 ? roundTrip : smoothed + (roundTrip - smoothed) / 8;
    roundShortest = Math.min(roundShortest, roundTrip);
    if (roundTrip <= shortest) {
      shortest = roundTrip;
      shortestAt = now;
    }
  }

  private void endRound(long now) {
    if (roundShortest == Long.MAX_VALUE) {
      return;
    }
    if (probeRounds > 0) {
      probe(now);
    } else if (now - shortestAt > PROBE_EVERY) {
      probeRounds = 2;
      windowBeforeProbe = window;
      window = MIN_WINDOW;
    } else if (roundWasLimited) {
      adapt(roundShortest - shortest);
    }
    roundShortest = Long.MAX_VALUE;
    roundWasLimited = false;
  }

  private void probe(long now) {
    probeRounds--;
    if (probeRounds == 0) {
      // A path that got longer is learned like a new one.
      slowStart |= roundShortest > 2 * shortest;
      shortest = roundShortest;
      shortestAt = now;
      window = windowBeforeProbe;
    }
  }

  private void adapt(long delay) {
    if (slowStart && delay < HIGH_DELAY) {
      window = Math.min(2 * window, maxWindow);
    } else if (delay < LOW_DELAY) {
      window = Math.min(window + Math.max(64 << 10, window / 16), maxWindow);
    } else if (delay > HIGH_DELAY) {
      slowStart = false;
      window = Math.max(window - window / 8, MIN_WINDOW);
    }
  }
}
