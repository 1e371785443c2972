package org.wormholes.protocol.onion;

import java.util.Arrays;
import java.util.List;
import org.wormholes.protocol.crypto.AesBlocks;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// The client's layers of one circuit, backward. Each hop drops the first block of what it seals;
/// that block is slack of zeros under the key streams of the hops behind it, so the client can
/// restore it. See `spec/protocol/onion.md`, section 5.3.
final class BackwardStack {
  private static final int MAX_DROPPED = Cells.MAX_HOPS - 1;

  private final Hop[] hops;
  private final byte[] dropped = new byte[Batch.CELLS * MAX_DROPPED * Batch.BLOCK];
  private final byte[] slack = new byte[Batch.CELLS * Cells.PAYLOAD_OFFSET];
  private final byte[] blocks = new byte[Batch.CELLS * Cells.PAYLOAD_OFFSET];
  private final byte[] even = new byte[Cells.LARGE_BODY];
  private final byte[] odd = new byte[Cells.LARGE_BODY];
  private byte[] opened = even;
  private long cells;

  BackwardStack(List<Ratchet> keys) {
    hops = keys.stream().map(Hop::new).toArray(Hop[]::new);
  }

  /// Holds the body of the last [#open]; the payload is at [Cells#DELIVERED_OFFSET].
  byte[] opened() {
    return opened;
  }

  void open(byte[] body, int offset, int length) throws WireException {
    if (cells % Batch.CELLS == 0) {
      prepare();
    }
    int cell = (int) (cells % Batch.CELLS);
    byte[] source = body;
    int at = offset;
    for (int i = 0; i < hops.length; i++) {
      byte[] target = i % 2 == 0 ? even : odd;
      if (!hops[i].opening.open(cells, source, at, length, target, Cells.TAG)) {
        throw new WireException("cell does not open at the layer of hop " + (i + 1));
      }
      if (i < hops.length - 1) {
        System.arraycopy(dropped, dropped(cell, i + 1), target, 0, Batch.BLOCK);
      }
      source = target;
      at = 0;
    }
    opened = source;
    cells++;
  }

  private static int dropped(int cell, int hop) {
    return (cell * MAX_DROPPED + hop - 1) * Batch.BLOCK;
  }

  private void prepare() {
    if (cells > 0 && cells % Ratchet.CELLS == 0) {
      for (Hop hop : hops) {
        hop.advance();
      }
    }
    Arrays.fill(slack, (byte) 0);
    for (int i = hops.length - 1; i > 0; i--) {
      Batch.keyStreams(hops[i].stream, cells, i, blocks);
      restore(i);
    }
  }

  /// What the body that hop `i` sealed begins with, from what its plaintext began with; and what is
  /// left of it for the hop before.
  private void restore(int i) {
    int length = i * Batch.BLOCK;
    for (int cell = 0; cell < Batch.CELLS; cell++) {
      int at = cell * Cells.PAYLOAD_OFFSET;
      for (int k = 0; k < length; k++) {
        slack[at + k] ^= blocks[cell * length + k];
      }
      System.arraycopy(slack, at, dropped, dropped(cell, i), Batch.BLOCK);
      System.arraycopy(slack, at + Batch.BLOCK, slack, at, length - Batch.BLOCK);
    }
  }

  private static final class Hop {
    final Ratchet keys;
    final AesGcm opening;
    final AesBlocks stream;

    Hop(Ratchet keys) {
      this.keys = keys;
      keys.advance();
      opening = AesGcm.opening(keys.cellKey());
      stream = new AesBlocks(keys.cellKey());
    }

    void advance() {
      keys.advance();
      opening.rekey(keys.cellKey());
      stream.rekey(keys.cellKey());
    }
  }
}
