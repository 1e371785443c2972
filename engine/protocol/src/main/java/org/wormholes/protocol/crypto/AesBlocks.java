package org.wormholes.protocol.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.wormholes.protocol.wire.BigEndian;

/// Single blocks of AES-256 (FIPS 197) under one key, many in one call: key streams and fillers
/// that are computed ahead. Belongs to one thread at a time.
public final class AesBlocks {
  public static final int BLOCK = 16;

  private static final ThreadLocal<AesBlocks> ONCE =
      ThreadLocal.withInitial(() -> new AesBlocks(new byte[32]));

  private final Cipher cipher;

  public AesBlocks(byte[] key) {
    try {
      cipher = Cipher.getInstance("AES/ECB/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks AES", e);
    }
    rekey(key);
  }

  /// For a key that is used once: the thread's own, good until the thread asks again.
  public static AesBlocks once(byte[] key) {
    AesBlocks blocks = ONCE.get();
    blocks.rekey(key);
    return blocks;
  }

  /// Replaces the key of 32 bytes.
  public void rekey(byte[] key) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an AES key", e);
    }
  }

  /// Encrypts whole blocks, each by itself; the target may be the source.
  public void encrypt(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    if (length % BLOCK != 0) {
      throw new IllegalArgumentException("length must be whole blocks, was " + length);
    }
    if (length == 0) {
      return;
    }
    try {
      cipher.update(source, offset, length, target, targetOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("encrypting blocks failed", e);
    }
  }

  /// Writes the block that [AesGcm] would start its key stream from: nonce of this counter, then
  /// the number of the block, 0 for the first one of the message.
  public static void counterBlock(byte[] target, int offset, long counter, int block) {
    BigEndian.putI32(target, offset, 0);
    BigEndian.putI64(target, offset + 4, counter);
    BigEndian.putI32(target, offset + 12, block + 2);
  }

  /// Writes the first bytes of the key stream of [AesGcm] for one message.
  public void keyStream(long counter, byte[] target, int offset, int length) {
    byte[] blocks = new byte[(length + BLOCK - 1) / BLOCK * BLOCK];
    for (int at = 0; at < blocks.length; at += BLOCK) {
      counterBlock(blocks, at, counter, at / BLOCK);
    }
    encrypt(blocks, 0, blocks.length, blocks, 0);
    System.arraycopy(blocks, 0, target, offset, length);
  }
}
