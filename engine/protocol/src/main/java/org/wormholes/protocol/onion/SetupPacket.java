package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.AesBlocks;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.Cells;

/// Where things stand in the bodies of SETUP and SETUP_REPLY cells, in bytes. See
/// `spec/protocol/onion.md`, sections 3 and 4.
final class SetupPacket {
  static final int BYTES = Cells.LARGE_BODY;

  // The packet: onion key id | X25519 share | ML-KEM ciphertext | tag | ciphertext.
  static final int SHARE = 4;
  static final int KEM = SHARE + X25519.KEY_BYTES;
  static final int TAG = KEM + MlKem768.CIPHERTEXT_BYTES;
  static final int SEALED = TAG + AesGcm.TAG_BYTES;
  static final int SEALED_BYTES = BYTES - SEALED;

  // Its plaintext: routing | the next hop's share, ciphertext and tag | its ciphertext; or, at the
  // last hop: routing | early payload | what hides how long the path is.
  static final int ROUTING = 48;
  static final int BLOCK = ROUTING + (SEALED - SHARE);

  // Routing: kind | reserved | early length u16 | next onion key id u32 | reserved 8 | next node.
  static final int KIND_ONWARD = 1;
  static final int KIND_LAST = 2;
  static final int NEXT_NODE = 16;

  // The plaintext of a reply: slack | payload | fresh share.
  static final int REPLY_DROPPED = X25519.KEY_BYTES + AesGcm.TAG_BYTES;
  static final int REPLY_SLACK = (Cells.MAX_HOPS - 1) * REPLY_DROPPED;
  static final int REPLY_PLAIN = BYTES - AesGcm.TAG_BYTES;
  static final int REPLY_SHARE = REPLY_PLAIN - X25519.KEY_BYTES;
  static final int REPLY_CAPACITY = REPLY_SHARE - REPLY_SLACK;

  private SetupPacket() {}

  static int earlyCapacity(int hops) {
    return SEALED_BYTES - ROUTING - (hops - 1) * BLOCK;
  }

  /// The first bytes of the key stream of a key that is used once, with the nonce zero.
  static byte[] keyStream(byte[] key, int length) {
    byte[] stream = new byte[length];
    AesBlocks.once(key).keyStream(0, stream, 0, length);
    return stream;
  }

  static void mask(byte[] target, int offset, byte[] stream, int streamOffset, int length) {
    for (int i = 0; i < length; i++) {
      target[offset + i] ^= stream[streamOffset + i];
    }
  }
}
