package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// HKDF with SHA-256 (RFC 5869), and the HMAC below it (RFC 2104).
public final class Hkdf {
  public static final int HASH_BYTES = 32;

  /// The most bytes one expansion can give.
  public static final int MAX_OUTPUT = 255 * HASH_BYTES;

  /// Never keyed: copies of it are. To copy is cheaper than to ask for another.
  private static final Mac HMAC = hmac();

  private Hkdf() {}

  /// A pseudo-random key of 32 bytes from uneven input; an empty salt stands for 32 zeros.
  public static byte[] extract(byte[] salt, byte[]... input) {
    return hmac(salt, input);
  }

  /// Any number of bytes from a pseudo-random key.
  ///
  /// @param length 0 to [#MAX_OUTPUT]
  public static byte[] expand(byte[] key, byte[] info, int length) {
    if (length < 0 || length > MAX_OUTPUT) {
      throw new IllegalArgumentException("output must be 0.." + MAX_OUTPUT + ", was " + length);
    }
    Mac mac = keyed(key);
    byte[] out = new byte[length];
    byte[] block = new byte[0];
    for (int done = 0, counter = 1; done < length; done += block.length, counter++) {
      mac.update(block);
      mac.update(info);
      mac.update((byte) counter);
      block = mac.doFinal();
      System.arraycopy(block, 0, out, done, Math.min(block.length, length - done));
    }
    Arrays.fill(block, (byte) 0);
    return out;
  }

  public static byte[] hmac(byte[] key, byte[]... input) {
    Mac mac = keyed(key);
    for (byte[] part : input) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static Mac keyed(byte[] key) {
    try {
      Mac mac = (Mac) HMAC.clone();
      // RFC 2104 pads a short key with zeros, so 32 zeros stand for the empty key the JDK refuses.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[HASH_BYTES] : key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException | CloneNotSupportedException e) {
      throw new IllegalStateException("this JDK lacks HmacSHA256", e);
    }
  }

  private static Mac hmac() {
    try {
      return Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks HmacSHA256", e);
    }
  }
}
