package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import org.bouncycastle.crypto.digests.Blake2sDigest;

/// SHA-256 and SHA-512 of whole inputs (FIPS 180-4).
public final class Hash {
  // Never fed: copies of them are. To copy is cheaper than to ask for another.
  private static final MessageDigest SHA_256 = prototype("SHA-256");
  private static final MessageDigest SHA_512 = prototype("SHA-512");
  private static final MessageDigest SHA3_256 = prototype("SHA3-256");

  private Hash() {}

  public static byte[] sha256(byte[]... parts) {
    return of(SHA_256, parts);
  }

  public static byte[] sha512(byte[]... parts) {
    return of(SHA_512, parts);
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
    return of(SHA3_256, parts);
  }

  private static byte[] of(MessageDigest prototype, byte[]... parts) {
    try {
      MessageDigest digest = (MessageDigest) prototype.clone();
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (CloneNotSupportedException e) {
      throw lacking(prototype.getAlgorithm(), e);
    }
  }

  private static MessageDigest prototype(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (GeneralSecurityException e) {
      throw lacking(algorithm, e);
    }
  }

  private static IllegalStateException lacking(String algorithm, Exception e) {
    return new IllegalStateException("this JDK lacks " + algorithm, e);
  }
}
