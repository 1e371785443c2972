package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import org.bouncycastle.crypto.digests.Blake2sDigest;

/// SHA-256 and SHA-512 of whole inputs (FIPS 180-4).
public final class Hash {
  private Hash() {}

  public static byte[] sha256(byte[]... parts) {
    return of("SHA-256", parts);
  }

  public static byte[] sha512(byte[]... parts) {
    return of("SHA-512", parts);
  }

  /// BLAKE2s with 32 bytes of output (RFC 7693), for Noise.
  public static byte[] blake2s(byte[]... parts) {
    Blake2sDigest digest = new Blake2sDigest(256);
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    byte[] out = new byte[32];
    digest.doFinal(out, 0);
    return out;
  }

  static byte[] sha3(byte[]... parts) {
    return of("SHA3-256", parts);
  }

  private static byte[] of(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks " + algorithm, e);
    }
  }
}
