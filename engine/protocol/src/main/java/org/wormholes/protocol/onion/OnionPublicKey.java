package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// The public half of a relay's medium-term key, as its descriptor publishes it: 1,220 bytes.
///
/// @param id number of the key, rising with each rotation (unsigned)
/// @param agreement X25519 public key, 32 bytes, canonical
/// @param encapsulation ML-KEM-768 public key, 1,184 bytes
public record OnionPublicKey(int id, Bytes agreement, Bytes encapsulation) {
  /// Length of [#encode()].
  public static final int BYTES = 4 + X25519.KEY_BYTES + MlKem768.PUBLIC_BYTES;

  public OnionPublicKey {
    if (!X25519.isCanonical(agreement.toArray())) {
      throw new IllegalArgumentException("x25519 public key is not canonical");
    }
    if (encapsulation.size() != MlKem768.PUBLIC_BYTES) {
      throw new IllegalArgumentException(
          "ml-kem public key must be 1184 bytes, was " + encapsulation.size());
    }
  }

  /// id u32 | X25519 32 | ML-KEM-768 1,184.
  public byte[] encode() {
    return new WireWriter(BYTES).i32(id).bytes(agreement).bytes(encapsulation).toArray();
  }

  /// The inverse of [#encode()].
  ///
  /// @throws WireException if length or X25519 key is wrong; the ML-KEM key is checked when used
  public static OnionPublicKey decode(byte[] array, int offset, int length) throws WireException {
    if (length != BYTES) {
      throw new WireException("onion key must be " + BYTES + " bytes, was " + length);
    }
    var in = new WireReader(array, offset, length);
    try {
      return new OnionPublicKey(
          in.i32(),
          Bytes.of(in.bytes(X25519.KEY_BYTES)),
          Bytes.of(in.bytes(MlKem768.PUBLIC_BYTES)));
    } catch (IllegalArgumentException e) {
      throw new WireException("onion key: " + e.getMessage(), e);
    }
  }
}
