package org.wormholes.protocol.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads big-endian values from a part of an array, never past its end. Every way it can fail is a
/// [WireException].
public final class WireReader {
  private final byte[] array;
  private final int end;
  private int position;

  public WireReader(byte[] array, int offset, int length) {
    this.array = array;
    this.position = offset;
    this.end = offset + length;
  }

  public WireReader(byte[] array) {
    this(array, 0, array.length);
  }

  public int remaining() {
    return end - position;
  }

  /// Where the next byte stands in the array.
  public int position() {
    return position;
  }

  public int u8() throws WireException {
    return array[advance(1)] & 0xff;
  }

  public int u16() throws WireException {
    return BigEndian.u16(array, advance(2));
  }

  public long u32() throws WireException {
    return BigEndian.u32(array, advance(4));
  }

  public int i32() throws WireException {
    return BigEndian.i32(array, advance(4));
  }

  public long i64() throws WireException {
    return BigEndian.i64(array, advance(8));
  }

  /// A copy of the next bytes.
  public byte[] bytes(int length) throws WireException {
    int start = advance(length);
    return Arrays.copyOfRange(array, start, start + length);
  }

  /// UTF-8 of exactly this many bytes; malformed text is refused.
  public String text(int length) throws WireException {
    int start = advance(length);
    try {
      CharBuffer text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(array, start, length));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new WireException("text is not utf-8", e);
    }
  }

  /// Passes over reserved bytes, which must be zero.
  public void zeros(int length) throws WireException {
    int start = advance(length);
    for (int i = start; i < start + length; i++) {
      if (array[i] != 0) {
        throw new WireException("reserved byte must be 0, was " + (array[i] & 0xff));
      }
    }
  }

  /// Checks that all was read.
  ///
  /// @throws WireException if anything is left
  public void end() throws WireException {
    if (position != end) {
      throw new WireException("expected the end, found " + remaining() + " more bytes");
    }
  }

  private int advance(int length) throws WireException {
    if (length < 0 || length > end - position) {
      throw new WireException("expected " + length + " more bytes, found " + remaining());
    }
    int start = position;
    position += length;
    return start;
  }
}
