package org.wormholes.protocol.circuit;

/// Decides when the cells that arrived are acknowledged: at once after eight large or many small
/// ones, else with whatever is sent next, else after [#MAX_DELAY].
final class Acknowledger {
  static final long MAX_DELAY = 10_000_000;

  /// Just under eight large payloads.
  static final int EVERY_BYTES = 8 * 16_000;

  static final int EVERY_CELLS = 64;

  private long cells;
  private long lastAt;
  private int waitingCells;
  private int waitingBytes;
  private long deadline = Long.MAX_VALUE;

  void onCell(int bytes, long now) {
    if (waitingCells == 0) {
      deadline = now + MAX_DELAY;
    }
    cells++;
    waitingCells++;
    waitingBytes += bytes;
    lastAt = now;
  }

  boolean isWaiting() {
    return waitingCells > 0;
  }

  boolean isDue(long now) {
    return waitingBytes >= EVERY_BYTES || waitingCells >= EVERY_CELLS || now >= deadline;
  }

  /// When the oldest cell must be acknowledged, `Long.MAX_VALUE` when none waits.
  long deadline() {
    return deadline;
  }

  /// The acknowledgement is on its way.
  void onSent() {
    waitingCells = 0;
    waitingBytes = 0;
    deadline = Long.MAX_VALUE;
  }

  long cells() {
    return cells;
  }

  /// Microseconds that the last cell has waited.
  int delayMicros(long now) {
    return (int) Math.min(Math.max(now - lastAt, 0) / 1_000, Integer.MAX_VALUE);
  }
}
