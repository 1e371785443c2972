package org.wormholes.protocol.onion;

/// One hop's layer of a circuit, at the relay: takes a layer off each cell that goes forward, adds
/// one to each that goes back. Sizes do not change. See `spec/protocol/onion.md`, section 5.
///
/// The number of cells in each direction is the nonce, so cells are given in the order they came.
/// Belongs to one thread; nothing is allocated per cell but what the JDK's cipher allocates.
public final class RelayLayer {
  RelayLayer() {}

  /// Forward: checks the whole body, takes our layer off and writes a body of the same length to
  /// another array, to be sent on as it is. At the last hop the payload then stands at
  /// [org.wormholes.protocol.wire.Cells#DELIVERED_OFFSET] of the body written.
  ///
  /// @param length 16,352 or 1,520
  /// @return false if the cell was changed, lost its turn or was not for us: destroy the circuit
  public boolean peel(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    throw new UnsupportedOperationException("being written");
  }

  /// Backward, at every hop but the last: adds our layer to a body that came from the next hop and
  /// writes it to another array.
  public void wrap(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    throw new UnsupportedOperationException("being written");
  }

  /// Backward, at the last hop, in place: the payload stands at
  /// [org.wormholes.protocol.wire.Cells#PAYLOAD_OFFSET] of the body, the bytes before it and the
  /// last 16 are overwritten.
  public void seal(byte[] body, int offset, int length) {
    throw new UnsupportedOperationException("being written");
  }
}
