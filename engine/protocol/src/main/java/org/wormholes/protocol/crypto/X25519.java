package org.wormholes.protocol.crypto;

import java.util.Arrays;
import org.wormholes.protocol.wire.WireException;

/// Key agreement on Curve25519 (RFC 7748). Stricter than the RFC about what comes from outside: a
/// public key must be canonical (below 2^255 - 19, top bit clear), and an agreement that ends in
/// zero is refused.
public final class X25519 {
  public static final int KEY_BYTES = 32;

  private X25519() {}

  /// A new private key.
  public static byte[] createPrivate(Entropy entropy) {
    return entropy.bytes(KEY_BYTES);
  }

  public static byte[] publicOf(byte[] privateKey) {
    byte[] out = new byte[KEY_BYTES];
    org.bouncycastle.math.ec.rfc7748.X25519.scalarMultBase(privateKey, 0, out, 0);
    return out;
  }

  /// The shared secret, 32 bytes.
  ///
  /// @throws WireException if the public key is not canonical or of low order
  public static byte[] agree(byte[] privateKey, byte[] publicKey) throws WireException {
    if (!isCanonical(publicKey)) {
      throw new WireException("x25519 public key is not canonical");
    }
    return Agreement.best().agree(privateKey, publicKey);
  }

  /// Whether these are 32 bytes below the field's prime, little-endian.
  public static boolean isCanonical(byte[] publicKey) {
    if (publicKey.length != KEY_BYTES) {
      return false;
    }
    if ((publicKey[31] & 0xff) != 0x7f) {
      return publicKey[31] >= 0;
    }
    for (int i = 30; i > 0; i--) {
      if (publicKey[i] != (byte) 0xff) {
        return true;
      }
    }
    return (publicKey[0] & 0xff) < 0xed;
  }

  /// The private key that belongs to an Ed25519 seed (RFC 8032 section 5.1.5).
  static byte[] privateOfSeed(byte[] seed) {
    byte[] hash = Hash.sha512(seed);
    byte[] out = Arrays.copyOf(hash, KEY_BYTES);
    Arrays.fill(hash, (byte) 0);
    return out;
  }
}
