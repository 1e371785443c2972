package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.AesBlocks;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.wire.Cells;

/// One hop's layer of a circuit, at the relay: takes a layer off each cell that goes forward, adds
/// one to each that goes back. Sizes do not change. See `spec/protocol/onion.md`, section 5.
///
/// The number of cells in each direction is the nonce, so cells are given in the order they came.
/// Belongs to one thread; nothing is allocated per cell but what the JDK's cipher allocates.
public final class RelayLayer {
  private final Ratchet forwardKeys;
  private final Ratchet backwardKeys;
  private final AesGcm opening;
  private final AesGcm sealing;
  private final AesBlocks filling;
  private final byte[] fillers = new byte[Batch.CELLS * Batch.BLOCK];
  private long forwardCells;
  private long backwardCells;
  private boolean broken;

  RelayLayer(LayerKeys keys) {
    forwardKeys = keys.forward();
    backwardKeys = keys.backward();
    forwardKeys.advance();
    backwardKeys.advance();
    opening = AesGcm.opening(forwardKeys.cellKey());
    sealing = AesGcm.sealing(backwardKeys.cellKey());
    filling = new AesBlocks(forwardKeys.fillerKey());
  }

  /// Forward: checks the whole body, takes our layer off and writes a body of the same length to
  /// another array, to be sent on as it is. At the last hop the payload then stands at
  /// [org.wormholes.protocol.wire.Cells#DELIVERED_OFFSET] of the body written.
  ///
  /// @param length 16,352 or 1,520
  /// @return false if the cell was changed, lost its turn or was not for us: destroy the circuit;
  ///   the target holds nothing, and no later cell is taken
  public boolean peel(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    if (broken) {
      return false;
    }
    if (forwardCells % Batch.CELLS == 0) {
      prepareForward();
    }
    broken = !opening.open(forwardCells, source, offset, length, target, targetOffset + Cells.TAG);
    if (broken) {
      return false;
    }
    int filler = (int) (forwardCells % Batch.CELLS) * Batch.BLOCK;
    System.arraycopy(fillers, filler, target, targetOffset, Cells.TAG);
    forwardCells++;
    return true;
  }

  /// Backward, at every hop but the last: adds our layer to a body that came from the next hop and
  /// writes it to another array.
  public void wrap(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    prepareBackward();
    sealing.seal(
        backwardCells++, source, offset + Cells.TAG, length - Cells.TAG, target, targetOffset);
  }

  /// Backward, at the last hop, in place: the payload stands at
  /// [org.wormholes.protocol.wire.Cells#PAYLOAD_OFFSET] of the body, the bytes before it and the
  /// last 16 are overwritten.
  public void seal(byte[] body, int offset, int length) {
    prepareBackward();
    // onion.md 5.3: the slack is zeros under the innermost layer, so that the client knows it.
    for (int i = offset; i < offset + Cells.PAYLOAD_OFFSET; i++) {
      body[i] = 0;
    }
    sealing.seal(backwardCells++, body, offset, length - Cells.TAG, body, offset);
  }

  private void prepareForward() {
    if (forwardCells > 0 && forwardCells % Ratchet.CELLS == 0) {
      forwardKeys.advance();
      opening.rekey(forwardKeys.cellKey());
      filling.rekey(forwardKeys.fillerKey());
    }
    Batch.fillers(filling, forwardCells, fillers);
  }

  private void prepareBackward() {
    if (backwardCells > 0 && backwardCells % Ratchet.CELLS == 0) {
      backwardKeys.advance();
      sealing.rekey(backwardKeys.cellKey());
    }
  }
}
