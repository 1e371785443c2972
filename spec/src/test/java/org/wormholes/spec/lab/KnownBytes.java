package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/// Bytes that look like noise and are the same every time: where one is lost, doubled or out of
/// place, the hash differs.
public final class KnownBytes {
  private static final int PIECE = 64 << 10;

  private KnownBytes() {}

  /// Writes the first `size` bytes.
  public static void write(long size, OutputStream out) throws IOException {
    Random random = new Random(20);
    byte[] piece = new byte[PIECE];
    for (long left = size; left > 0; left -= PIECE) {
      random.nextBytes(piece);
      out.write(piece, 0, (int) Math.min(left, PIECE));
    }
  }

  /// SHA-256 of the first `size` bytes, in hex.
  public static String sha256(long size) {
    MessageDigest digest = newSha256();
    try (OutputStream into = new DigestSink(digest)) {
      write(size, into);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// A fresh SHA-256.
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }

  private static final class DigestSink extends OutputStream {
    private final MessageDigest digest;

    DigestSink(MessageDigest digest) {
      this.digest = digest;
    }

    @Override
    public void write(int one) {
      digest.update((byte) one);
    }

    @Override
    public void write(byte[] array, int offset, int length) {
      digest.update(array, offset, length);
    }
  }
}
