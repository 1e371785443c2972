package org.wormholes.protocol.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes big-endian values into an array that grows up to a limit. For messages that are built now
/// and then; cells and frames are written in place.
public final class WireWriter {
  private final int limit;
  private byte[] array = new byte[64];
  private int size;

  /// @param limit the most bytes the message may have
  public WireWriter(int limit) {
    this.limit = limit;
  }

  public int size() {
    return size;
  }

  public WireWriter u8(int value) {
    int at = advance(1); // may exchange the array
    array[at] = (byte) checked(value, 0xff);
    return this;
  }

  public WireWriter u16(int value) {
    int at = advance(2);
    BigEndian.putU16(array, at, checked(value, 0xffff));
    return this;
  }

  public WireWriter i32(int value) {
    int at = advance(4);
    BigEndian.putI32(array, at, value);
    return this;
  }

  public WireWriter u32(long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw new IllegalArgumentException("value must be 0..4294967295, was " + value);
    }
    return i32((int) value);
  }

  public WireWriter i64(long value) {
    int at = advance(8);
    BigEndian.putI64(array, at, value);
    return this;
  }

  public WireWriter bytes(byte[] value) {
    return bytes(value, 0, value.length);
  }

  public WireWriter bytes(byte[] value, int offset, int length) {
    int at = advance(length);
    System.arraycopy(value, offset, array, at, length);
    return this;
  }

  public WireWriter bytes(Bytes value) {
    int at = advance(value.size());
    value.copyTo(array, at);
    return this;
  }

  /// UTF-8 without a length.
  public WireWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  public WireWriter zeros(int length) {
    advance(length);
    return this;
  }

  public byte[] toArray() {
    return Arrays.copyOf(array, size);
  }

  private static int checked(int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException("value must be 0.." + most + ", was " + value);
    }
    return value;
  }

  private int advance(int length) {
    if (length > limit - size) {
      throw new IllegalStateException("message may have " + limit + " bytes, needs more");
    }
    if (size + length > array.length) {
      array = Arrays.copyOf(array, Math.max(size + length, Math.min(limit, array.length * 2)));
    }
    int at = size;
    size += length;
    return at;
  }
}
