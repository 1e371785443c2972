package org.wormholes.runtime;

import java.util.ArrayDeque;
import org.wormholes.protocol.wire.Cells;

/// Reuses the arrays in which a relay keeps cells that cannot leave yet. One a loop.
final class CellPool {
  private static final int MAX_IDLE = 256;

  private final ArrayDeque<byte[]> large = new ArrayDeque<>();
  private final ArrayDeque<byte[]> small = new ArrayDeque<>();

  byte[] take(boolean isLarge) {
    byte[] cell = (isLarge ? large : small).pollLast();
    return cell != null ? cell : new byte[Cells.body(isLarge)];
  }

  void give(byte[] cell) {
    ArrayDeque<byte[]> shelf = cell.length == Cells.LARGE_BODY ? large : small;
    if (shelf.size() < MAX_IDLE) {
      shelf.addLast(cell);
    }
  }
}
