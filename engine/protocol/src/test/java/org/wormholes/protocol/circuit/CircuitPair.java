package org.wormholes.protocol.circuit;

import java.util.ArrayDeque;
import java.util.Random;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// Two ends of a circuit with nothing but a delay between them, and a clock that only moves when
/// told to.
final class CircuitPair {
  static final long START = 1_000_000_000L;

  final CircuitEnd client;
  final CircuitEnd exit;
  long now = START;
  long delay;
  int largeCells;
  int smallCells;

  /// A payload under way.
  private static final class Cell {
    final byte[] payload;
    final long arrives;

    Cell(byte[] payload, long arrives) {
      this.payload = payload;
      this.arrives = arrives;
    }
  }

  private final ArrayDeque<Cell> toExit = new ArrayDeque<>();
  private final ArrayDeque<Cell> toClient = new ArrayDeque<>();

  CircuitPair(
      CircuitLimits limits,
      ChunkPool pool,
      MemoryAccount account,
      Random random,
      CircuitListener atClient,
      CircuitListener atExit) {
    client = CircuitEnd.client(limits, pool, account, random::nextBytes, atClient);
    exit = CircuitEnd.exit(limits, pool, account, atExit);
  }

  /// Moves cells until nothing happens without time passing.
  void settle() throws WireException {
    while (step()) {}
  }

  /// Sends one cell each way if there is one, and delivers what has arrived.
  boolean step() throws WireException {
    boolean moved = pull(client, toExit);
    moved |= pull(exit, toClient);
    moved |= deliver(toExit, exit);
    moved |= deliver(toClient, client);
    return moved;
  }

  /// Lets time pass, cell by cell, in steps of a tenth of a millisecond.
  void run(long nanos) throws WireException {
    for (long end = now + nanos; now < end; now += 100_000) {
      settle();
    }
  }

  private boolean pull(CircuitEnd from, ArrayDeque<Cell> to) {
    if (!from.ready(now)) {
      return false;
    }
    boolean large = from.prefersLarge();
    byte[] payload = new byte[Cells.payload(large)];
    if (from.fill(payload, 0, payload.length, now) == 0) {
      throw new AssertionError("a circuit that was ready had nothing to send");
    }
    if (large) {
      largeCells++;
    } else {
      smallCells++;
    }
    to.add(new Cell(payload, now + delay));
    return true;
  }

  private boolean deliver(ArrayDeque<Cell> cells, CircuitEnd to) throws WireException {
    Cell cell = cells.peek();
    if (cell == null || cell.arrives > now) {
      return false;
    }
    cells.remove();
    to.onPayload(cell.payload, 0, cell.payload.length, now);
    return true;
  }

  /// Delivers at most one cell in one direction; for tests that cut in between.
  boolean deliverOne(boolean forward) throws WireException {
    return forward ? deliver(toExit, exit) : deliver(toClient, client);
  }

  boolean pullOne(boolean forward) {
    return forward ? pull(client, toExit) : pull(exit, toClient);
  }
}
