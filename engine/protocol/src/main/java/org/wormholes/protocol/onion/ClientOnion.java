package org.wormholes.protocol.onion;

import org.wormholes.protocol.wire.WireException;

/// All layers of a circuit, at the client. See `spec/protocol/onion.md`, section 5. Belongs to one
/// thread; cells are sealed and opened in the order they are sent and come.
public final class ClientOnion {
  ClientOnion() {}

  public int hops() {
    throw new UnsupportedOperationException("being written");
  }

  /// Forward, in place: the payload stands at [org.wormholes.protocol.wire.Cells#PAYLOAD_OFFSET] of
  /// the body, the bytes before it and the last 16 are overwritten.
  ///
  /// @param length 16,352 or 1,520
  public void seal(byte[] body, int offset, int length) {
    throw new UnsupportedOperationException("being written");
  }

  /// Backward: takes all layers off.
  ///
  /// @return where the payload, length - 128 bytes, starts in [#opened()]
  /// @throws WireException if a layer does not open; the message names the hop. Destroy the circuit
  public int open(byte[] body, int offset, int length) throws WireException {
    throw new UnsupportedOperationException("being written");
  }

  /// Holds the payload of the last [#open], until the next.
  public byte[] opened() {
    throw new UnsupportedOperationException("being written");
  }
}
