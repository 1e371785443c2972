package org.wormholes.protocol.circuit;

import java.security.MessageDigest;
import org.wormholes.protocol.wire.BigEndian;

/// The secret that proves, on another circuit, that a stream is one's own: 16 random bytes chosen
/// by the client and sent with BEGIN. Whoever knows it can take the stream over, so it is never
/// printed.
public final class StreamKey {
  /// Length in bytes.
  public static final int LENGTH = 16;

  private final byte[] bytes;

  private StreamKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A copy of [#LENGTH] bytes at `offset`.
  public static StreamKey of(byte[] array, int offset) {
    byte[] bytes = new byte[LENGTH];
    System.arraycopy(array, offset, bytes, 0, LENGTH);
    return new StreamKey(bytes);
  }

  void encode(byte[] array, int offset) {
    System.arraycopy(bytes, 0, array, offset, LENGTH);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StreamKey key && MessageDigest.isEqual(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    // The bytes are random: any four of them will do.
    return BigEndian.i32(bytes, 0);
  }

  @Override
  public String toString() {
    return "StreamKey[secret]";
  }
}
