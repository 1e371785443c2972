package org.wormholes.protocol.noise;

import java.util.Arrays;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Hkdf;

/// The hash functions with outputs of 32 bytes (Noise sections 4.3 and 12.5, 12.7).
enum NoiseHash {
  SHA256 {
    @Override
    byte[] hash(byte[]... parts) {
      return Hash.sha256(parts);
    }

    @Override
    byte[] hmac(byte[] key, byte[]... parts) {
      return Hkdf.hmac(key, parts);
    }
  },
  BLAKE2S {
    @Override
    byte[] hash(byte[]... parts) {
      return Hash.blake2s(parts);
    }

    @Override
    byte[] hmac(byte[] key, byte[]... parts) {
      // RFC 2104, for keys of 32 bytes: shorter than a block, so never hashed first.
      byte[] inner = padded(key, (byte) 0x36);
      byte[] outer = padded(key, (byte) 0x5c);
      byte[][] all = new byte[parts.length + 1][];
      all[0] = inner;
      System.arraycopy(parts, 0, all, 1, parts.length);
      return Hash.blake2s(outer, Hash.blake2s(all));
    }
  };

  static final int BYTES = 32;

  private static final int BLOCK = 64;

  abstract byte[] hash(byte[]... parts);

  abstract byte[] hmac(byte[] key, byte[]... parts);

  /// HKDF with a chaining key: `count` outputs of 32 bytes (Noise section 4.3).
  byte[][] hkdf(byte[] chainingKey, byte[] input, int count) {
    byte[] secret = hmac(chainingKey, input);
    byte[][] out = new byte[count][];
    byte[] previous = new byte[0];
    for (int i = 0; i < count; i++) {
      previous = hmac(secret, previous, new byte[] {(byte) (i + 1)});
      out[i] = previous;
    }
    Arrays.fill(secret, (byte) 0);
    return out;
  }

  private static byte[] padded(byte[] key, byte pad) {
    byte[] block = Arrays.copyOf(key, BLOCK);
    for (int i = 0; i < BLOCK; i++) {
      block[i] ^= pad;
    }
    return block;
  }
}
