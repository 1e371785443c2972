package org.wormholes.protocol.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Integers in network byte order at any offset of an array, without allocation.
public final class BigEndian {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  /// 0 to 65,535.
  public static int u16(byte[] array, int offset) {
    return (short) SHORT.get(array, offset) & 0xffff;
  }

  /// The 32 bits; compare with [Integer#compareUnsigned].
  public static int i32(byte[] array, int offset) {
    return (int) INT.get(array, offset);
  }

  /// 0 to 4,294,967,295.
  public static long u32(byte[] array, int offset) {
    return Integer.toUnsignedLong((int) INT.get(array, offset));
  }

  public static long i64(byte[] array, int offset) {
    return (long) LONG.get(array, offset);
  }

  public static void putU16(byte[] array, int offset, int value) {
    SHORT.set(array, offset, (short) value);
  }

  public static void putI32(byte[] array, int offset, int value) {
    INT.set(array, offset, value);
  }

  public static void putI64(byte[] array, int offset, long value) {
    LONG.set(array, offset, value);
  }
}
