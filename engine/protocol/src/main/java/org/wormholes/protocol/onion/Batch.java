package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.AesBlocks;
import org.wormholes.protocol.wire.BigEndian;

/// Blocks computed ahead for the next [#CELLS] cells, in one call of the cipher.
final class Batch {
  /// Divides [Ratchet#CELLS], so that a batch never spans two keys.
  static final int CELLS = 32;

  static final int BLOCK = AesBlocks.BLOCK;

  private Batch() {}

  /// onion.md 5.2: one filler block a cell, from the cells' numbers.
  static void fillers(AesBlocks blocks, long firstCell, byte[] target) {
    for (int cell = 0; cell < CELLS; cell++) {
      BigEndian.putI64(target, cell * BLOCK, 0);
      BigEndian.putI64(target, cell * BLOCK + 8, firstCell + cell);
    }
    blocks.encrypt(target, 0, CELLS * BLOCK, target, 0);
  }

  /// The first `count` blocks of each cell's key stream, cell after cell.
  static void keyStreams(AesBlocks blocks, long firstCell, int count, byte[] target) {
    for (int cell = 0; cell < CELLS; cell++) {
      for (int block = 0; block < count; block++) {
        AesBlocks.counterBlock(target, (cell * count + block) * BLOCK, firstCell + cell, block);
      }
    }
    blocks.encrypt(target, 0, CELLS * count * BLOCK, target, 0);
  }
}
