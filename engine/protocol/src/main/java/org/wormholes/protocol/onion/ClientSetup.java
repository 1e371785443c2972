package org.wormholes.protocol.onion;

import java.util.List;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.WireException;

/// A circuit that the client is building: one packet out, one reply back, in one round trip. See
/// `spec/protocol/onion.md`, sections 3 and 4.
public final class ClientSetup {
  /// Bytes of payload that a reply can bring from the last hop.
  public static final int REPLY_CAPACITY = 15_968;

  private ClientSetup() {}

  /// Bytes that can travel with the set-up packet to the last hop.
  ///
  /// @param hops 1 to 8
  public static int earlyCapacity(int hops) {
    throw new UnsupportedOperationException("being written " + hops);
  }

  /// @param hops 1 to 8, nearest first
  /// @param early payload for the last hop, at most [#earlyCapacity]; it is only as forward secret
  ///   as the relays' onion keys
  /// @throws WireException if a relay published a key that is not valid
  public static ClientSetup build(List<HopKey> hops, byte[] early, Entropy entropy)
      throws WireException {
    throw new UnsupportedOperationException("being written");
  }

  /// The body of the SETUP cell, 16,352 bytes.
  public byte[] packet() {
    throw new UnsupportedOperationException("being written");
  }

  /// Opens the body of the SETUP_REPLY cell and makes the circuit's layers. To be called once; the
  /// set-up's secrets are gone afterwards.
  ///
  /// @throws WireException if a hop's part does not open; the message names the hop
  public ClientOnion finish(byte[] reply, int offset) throws WireException {
    throw new UnsupportedOperationException("being written");
  }

  /// What the last hop sent along, [#REPLY_CAPACITY] bytes, zeros where it sent less. After
  /// [#finish].
  public byte[] replyPayload() {
    throw new UnsupportedOperationException("being written");
  }
}
