package org.wormholes.protocol.onion;

import java.util.List;
import org.wormholes.protocol.crypto.AesBlocks;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.wire.Cells;

/// The client's layers of one circuit, forward. Each hop will put a filler block in front of what
/// it opens; the next hop's tag covers that block. So the start of the innermost plaintext is
/// chosen such that, layer by layer, the sealed body begins with exactly those fillers. See
/// `spec/protocol/onion.md`, section 5.2.
final class ForwardStack {
  private final Hop[] hops;
  private final AesBlocks slack;
  private final byte[] prefixes = new byte[Batch.CELLS * Cells.PAYLOAD_OFFSET];
  private final byte[] blocks = new byte[Batch.CELLS * Cells.PAYLOAD_OFFSET];
  private final byte[] scratch = new byte[Cells.LARGE_BODY + Cells.PAYLOAD_OFFSET];
  private long cells;

  /// @param slackKey for what stands where shorter paths have no fillers; known to the client only
  ForwardStack(List<Ratchet> keys, byte[] slackKey) {
    hops = keys.stream().map(Hop::new).toArray(Hop[]::new);
    slack = new AesBlocks(slackKey);
  }

  int hops() {
    return hops.length;
  }

  /// Seals a body in place, the last hop's layer first. Every layer but the first moves the body 16
  /// bytes on, over the filler that its hop will restore.
  void seal(byte[] body, int offset, int length) {
    if (cells % Batch.CELLS == 0) {
      prepare();
    }
    int cell = (int) (cells % Batch.CELLS);
    System.arraycopy(prefixes, cell * Cells.PAYLOAD_OFFSET, body, offset, Cells.PAYLOAD_OFFSET);
    int plain = length - Cells.TAG;
    int last = hops.length - 1;
    if (last == 0) {
      hops[0].sealing.seal(cells, body, offset, plain, body, offset);
    } else {
      hops[last].sealing.seal(cells, body, offset, plain, scratch, 0);
      for (int i = last - 1, at = Cells.TAG; i > 0; i--, at += Cells.TAG) {
        hops[i].sealing.seal(cells, scratch, at, plain, scratch, at);
      }
      hops[0].sealing.seal(cells, scratch, last * Cells.TAG, plain, body, offset);
    }
    cells++;
  }

  private void prepare() {
    if (cells > 0 && cells % Ratchet.CELLS == 0) {
      for (Hop hop : hops) {
        hop.advance();
      }
    }
    for (int i = 0; i < hops.length; i++) {
      if (i > 0) {
        Batch.keyStreams(hops[i].stream, cells, i, blocks);
        mask(i * Batch.BLOCK);
      }
      if (i < hops.length - 1) {
        Batch.fillers(hops[i].filling, cells, blocks);
        insertFillers(i * Batch.BLOCK);
      }
    }
    fillSlack((hops.length - 1) * Batch.BLOCK);
  }

  /// What a layer's key stream does to the first bytes of each cell.
  private void mask(int length) {
    for (int cell = 0; cell < Batch.CELLS; cell++) {
      int prefix = cell * Cells.PAYLOAD_OFFSET;
      for (int i = 0; i < length; i++) {
        prefixes[prefix + i] ^= blocks[cell * length + i];
      }
    }
  }

  private void insertFillers(int length) {
    for (int cell = 0; cell < Batch.CELLS; cell++) {
      int prefix = cell * Cells.PAYLOAD_OFFSET;
      System.arraycopy(prefixes, prefix, prefixes, prefix + Batch.BLOCK, length);
      System.arraycopy(blocks, cell * Batch.BLOCK, prefixes, prefix, Batch.BLOCK);
    }
  }

  /// The last hop must not learn from the slack how many hops there are.
  private void fillSlack(int used) {
    int count = (Cells.PAYLOAD_OFFSET - used) / Batch.BLOCK;
    Batch.keyStreams(slack, cells, count, blocks);
    for (int cell = 0; cell < Batch.CELLS; cell++) {
      System.arraycopy(
          blocks,
          cell * count * Batch.BLOCK,
          prefixes,
          cell * Cells.PAYLOAD_OFFSET + used,
          count * Batch.BLOCK);
    }
  }

  private static final class Hop {
    final Ratchet keys;
    final AesGcm sealing;
    final AesBlocks stream;
    final AesBlocks filling;

    Hop(Ratchet keys) {
      this.keys = keys;
      keys.advance();
      sealing = AesGcm.sealing(keys.cellKey());
      stream = new AesBlocks(keys.cellKey());
      filling = new AesBlocks(keys.fillerKey());
    }

    void advance() {
      keys.advance();
      sealing.rekey(keys.cellKey());
      stream.rekey(keys.cellKey());
      filling.rekey(keys.fillerKey());
    }
  }
}
