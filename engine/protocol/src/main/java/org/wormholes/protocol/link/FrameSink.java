package org.wormholes.protocol.link;

import org.wormholes.protocol.wire.WireException;

/// What a [LinkSession] hears from its peer, in order. Arrays belong to the session and are valid
/// only during the call. A sink that throws ends the link.
public interface FrameSink {
  /// A cell. The body may be peeled or wrapped straight into the array of another session, never in
  /// place.
  ///
  /// @param large whether it is of the large size
  /// @param command [org.wormholes.protocol.wire.Cells#SETUP] and its kin, already checked
  /// @param circuitId not zero
  /// @param array holds the body at `bodyOffset`
  /// @param bodyLength 16,352 or 1,520
  void onCell(
      boolean large, int command, int circuitId, byte[] array, int bodyOffset, int bodyLength)
      throws WireException;

  /// The peer has dropped a circuit; nothing more will come on it.
  void onDestroy(int circuitId, LinkReason reason) throws WireException;

  /// The peer can take this many more units on a circuit, see [CircuitCredit].
  void onCredit(int circuitId, int units) throws WireException;

  /// A directory message of at most [LinkSession#MAX_DIRECTORY] bytes.
  void onDirectory(byte[] array, int offset, int length) throws WireException;

  /// To be answered with [LinkSession#pong].
  void onPing(long nonce) throws WireException;

  void onPong(long nonce) throws WireException;

  /// The peer will send nothing more on this link.
  void onClose(LinkReason reason) throws WireException;
}
