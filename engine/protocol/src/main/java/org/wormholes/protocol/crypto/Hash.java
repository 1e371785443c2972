package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/// SHA-256 and SHA-512 of whole inputs (FIPS 180-4).
public final class Hash {
  private Hash() {}

  public static byte[] sha256(byte[]... parts) {
    return of("SHA-256", parts);
  }

  public static byte[] sha512(byte[]... parts) {
    return of("SHA-512", parts);
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
