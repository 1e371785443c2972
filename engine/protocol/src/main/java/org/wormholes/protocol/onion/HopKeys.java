package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.Hash;

/// Keys of one hop.
final class HopKeys {
  private HopKeys() {}

  /// Stands for the whole public key in transcripts.
  static byte[] hash(OnionPublicKey key) {
    return Hash.sha256(key.encode());
  }
}
