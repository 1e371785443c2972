package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.WireException;

/// A set-up packet with one hop's layer taken off, at the relay. See `spec/protocol/onion.md`,
/// sections 3 and 4.
public final class RelaySetup {
  private RelaySetup() {}

  /// Takes our layer off the body of a SETUP cell.
  ///
  /// @param self our own name, which the keys are bound to
  /// @param entropy for the fresh share of our reply
  /// @throws WireException if the packet is not for us, broken, or was here before
  public static RelaySetup peel(
      NodeId self, OnionKeyRing keys, ReplayCache replays, byte[] body, int offset, Entropy entropy)
      throws WireException {
    throw new UnsupportedOperationException("being written");
  }

  /// Whether we are the last hop.
  public boolean last() {
    throw new UnsupportedOperationException("being written");
  }

  /// The node to send [#nextBody()] to.
  ///
  /// @throws IllegalStateException at the last hop
  public NodeId next() {
    throw new UnsupportedOperationException("being written");
  }

  /// The body of the SETUP cell for the next node, 16,352 bytes.
  ///
  /// @throws IllegalStateException at the last hop
  public byte[] nextBody() {
    throw new UnsupportedOperationException("being written");
  }

  /// The client's early payload, perhaps empty.
  ///
  /// @throws IllegalStateException unless at the last hop
  public byte[] early() {
    throw new UnsupportedOperationException("being written");
  }

  /// Our layer for the cells after the set-up. To be used once the reply is on its way.
  public RelayLayer layer() {
    throw new UnsupportedOperationException("being written");
  }

  /// Adds our layer to the reply of the next hop and writes the body for the previous one. Once.
  public void wrapReply(byte[] source, int offset, byte[] target, int targetOffset) {
    throw new UnsupportedOperationException("being written");
  }

  /// Writes the reply of the last hop. Once.
  ///
  /// @param payload at most [ClientSetup#REPLY_CAPACITY] bytes for the client
  public void sealReply(byte[] payload, byte[] target, int targetOffset) {
    throw new UnsupportedOperationException("being written");
  }
}
