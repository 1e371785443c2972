package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.wormholes.protocol.wire.BigEndian;

/// AES-256-GCM (NIST SP 800-38D) in one direction under one key, with nonces that are four zero
/// bytes and a big-endian counter. Belongs to one thread at a time.
///
/// Works on heap arrays because only those take the JDK's fast path. Sealing in place is as fast as
/// sealing into another array; opening in place is five times slower and therefore not offered.
public final class AesGcm {
  public static final int KEY_BYTES = 32;
  public static final int TAG_BYTES = 16;

  private static final ThreadLocal<AesGcm> SEALING =
      ThreadLocal.withInitial(() -> sealing(new byte[KEY_BYTES]));
  private static final ThreadLocal<AesGcm> OPENING =
      ThreadLocal.withInitial(() -> opening(new byte[KEY_BYTES]));

  private final Cipher cipher;
  private final int mode;
  private final byte[] nonce = new byte[12];
  private SecretKeySpec key;

  private AesGcm(int mode, byte[] key) {
    this.mode = mode;
    this.key = spec(key);
    try {
      this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks AES-GCM", e);
    }
  }

  /// For a message whose key is used once: the thread's own, good until the thread asks again.
  /// Making a cipher costs more than using it.
  public static AesGcm openingOnce(byte[] key) {
    AesGcm opening = OPENING.get();
    opening.rekey(key);
    return opening;
  }

  /// The same for sealing.
  public static AesGcm sealingOnce(byte[] key) {
    AesGcm sealing = SEALING.get();
    sealing.rekey(key);
    return sealing;
  }

  public static AesGcm sealing(byte[] key) {
    return new AesGcm(Cipher.ENCRYPT_MODE, key);
  }

  public static AesGcm opening(byte[] key) {
    return new AesGcm(Cipher.DECRYPT_MODE, key);
  }

  /// Replaces the key.
  public void rekey(byte[] next) {
    key = spec(next);
  }

  /// Writes length + 16 bytes at the target. The source may be the same place of the same array,
  /// and may not overlap it otherwise.
  public void seal(
      long counter, byte[] source, int offset, int length, byte[] target, int targetOffset) {
    seal(counter, source, 0, 0, source, offset, length, target, targetOffset);
  }

  /// The same with additional data that is authenticated only.
  public void seal(
      long counter,
      byte[] aad,
      int aadOffset,
      int aadLength,
      byte[] source,
      int offset,
      int length,
      byte[] target,
      int targetOffset) {
    try {
      start(counter);
      if (aadLength > 0) {
        cipher.updateAAD(aad, aadOffset, aadLength);
      }
      cipher.doFinal(source, offset, length, target, targetOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing failed", e);
    }
  }

  /// Writes length - 16 bytes at the target, which must be another array.
  ///
  /// @param length of ciphertext and tag
  /// @return whether the tag is right; if not, nothing at the target may be used
  public boolean open(
      long counter, byte[] source, int offset, int length, byte[] target, int targetOffset) {
    return open(counter, source, 0, 0, source, offset, length, target, targetOffset);
  }

  /// The same with additional data that is authenticated only.
  public boolean open(
      long counter,
      byte[] aad,
      int aadOffset,
      int aadLength,
      byte[] source,
      int offset,
      int length,
      byte[] target,
      int targetOffset) {
    if (length < TAG_BYTES) {
      return false;
    }
    try {
      start(counter);
      if (aadLength > 0) {
        cipher.updateAAD(aad, aadOffset, aadLength);
      }
      cipher.doFinal(source, offset, length, target, targetOffset);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening failed", e);
    }
  }

  private void start(long counter) throws GeneralSecurityException {
    BigEndian.putI64(nonce, 4, counter);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
  }

  private static SecretKeySpec spec(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("key must be 32 bytes, was " + key.length);
    }
    return new SecretKeySpec(key, "AES");
  }
}
