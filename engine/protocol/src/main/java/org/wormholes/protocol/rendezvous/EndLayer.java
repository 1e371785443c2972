package org.wormholes.protocol.rendezvous;

import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.onion.Ratchet;
import org.wormholes.protocol.wire.WireException;

/// What covers the payload of every cell between a client and a service, under the layers of their
/// two circuits, so that the relay where they meet reads nothing and changes nothing. Sizes do not
/// change. See `spec/protocol/rendezvous.md`, section 8. Belongs to one thread; cells are given in
/// order.
public final class EndLayer {
  /// By how much less fits a cell.
  public static final int OVERHEAD = AesGcm.TAG_BYTES;

  private final Ratchet sendingKeys;
  private final Ratchet receivingKeys;
  private final AesGcm sealing;
  private final AesGcm opening;
  private long sent;
  private long received;
  private boolean broken;

  EndLayer(Ratchet sending, Ratchet receiving) {
    sendingKeys = sending;
    receivingKeys = receiving;
    sendingKeys.advance();
    receivingKeys.advance();
    sealing = AesGcm.sealing(sendingKeys.cellKey());
    opening = AesGcm.opening(receivingKeys.cellKey());
  }

  /// Covers a payload in place: length - 16 bytes of content stand at the offset, the last 16 are
  /// overwritten.
  public void seal(byte[] payload, int offset, int length) {
    if (sent > 0 && sent % Ratchet.CELLS == 0) {
      sendingKeys.advance();
      sealing.rekey(sendingKeys.cellKey());
    }
    sealing.seal(sent++, payload, offset, length - OVERHEAD, payload, offset);
  }

  /// Uncovers a payload.
  ///
  /// @param target another array; length - 16 bytes are written
  /// @throws WireException if it was changed, repeated or out of order; nothing opens after that
  public void open(byte[] payload, int offset, int length, byte[] target, int targetOffset)
      throws WireException {
    if (broken) {
      throw new WireException("the layer between the ends is broken");
    }
    if (received > 0 && received % Ratchet.CELLS == 0) {
      receivingKeys.advance();
      opening.rekey(receivingKeys.cellKey());
    }
    if (!opening.open(received++, payload, offset, length, target, targetOffset)) {
      broken = true;
      throw new WireException("payload between the ends does not open");
    }
  }
}
