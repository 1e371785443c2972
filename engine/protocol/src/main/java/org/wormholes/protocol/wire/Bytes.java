package org.wormholes.protocol.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable run of bytes with equality and order by content, for records and map keys. Public
/// data only: comparison is not constant-time and the text form shows the content.
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /// A copy of the whole array.
  public static Bytes of(byte[] content) {
    return new Bytes(content.clone());
  }

  /// A copy of a part of an array.
  public static Bytes of(byte[] array, int offset, int length) {
    return new Bytes(Arrays.copyOfRange(array, offset, offset + length));
  }

  /// The bytes that hex digits stand for.
  ///
  /// @throws IllegalArgumentException if the text is not an even number of hex digits
  public static Bytes ofHex(String hex) {
    return new Bytes(HexFormat.of().parseHex(hex));
  }

  public int size() {
    return content.length;
  }

  /// One byte, 0 to 255.
  public int at(int index) {
    return content[index] & 0xff;
  }

  public byte[] toArray() {
    return content.clone();
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(content, 0, target, offset, content.length);
  }

  /// A read-only view without a copy.
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(content).asReadOnlyBuffer();
  }

  public String hex() {
    return HexFormat.of().formatHex(content);
  }

  /// Unsigned, byte by byte; a prefix comes first.
  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(content, other.content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return hex();
  }
}
