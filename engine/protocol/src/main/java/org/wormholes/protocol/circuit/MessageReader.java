package org.wormholes.protocol.circuit;

import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.WireException;

/// Walks the messages of one payload. Reused from payload to payload; every message it stops at has
/// a known type, allowed flags, a body of a possible length that lies inside the payload, and a
/// stream number where one is due.
final class MessageReader {
  private byte[] array = new byte[0];
  private int next;
  private int end;
  private int type;
  private int flags;
  private int stream;
  private int body;
  private int length;

  void start(byte[] payload, int offset, int size) {
    array = payload;
    next = offset;
    end = offset + size;
  }

  /// Moves to the next message; false at the end of the payload.
  boolean next() throws WireException {
    // circuit.md, "Messages": "Type 0, or fewer than 8 bytes, ends the payload; what follows is
    // padding."
    if (end - next < Message.HEADER || array[next] == Message.END) {
      return false;
    }
    type = array[next] & 0xff;
    flags = array[next + 1] & 0xff;
    length = BigEndian.u16(array, next + 2);
    stream = BigEndian.i32(array, next + 4);
    body = next + Message.HEADER;
    check();
    next = body + length;
    return true;
  }

  private void check() throws WireException {
    if (!Message.isKnown(type)) {
      throw new WireException("unknown message type " + type);
    }
    if (!Message.allows(type, flags)) {
      throw new WireException("message " + type + " with unknown flags " + flags);
    }
    if (!Message.fits(type, length)) {
      throw new WireException("message " + type + " with an impossible length of " + length);
    }
    if (length > end - body) {
      throw new WireException("message of " + length + " bytes in " + (end - body) + " bytes");
    }
    if (Message.isCircuitWide(type) != (stream == 0) || stream < 0) {
      throw new WireException("message " + type + " with stream number " + stream);
    }
  }

  int type() {
    return type;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  int stream() {
    return stream;
  }

  byte[] array() {
    return array;
  }

  /// Where the body begins in [#array].
  int body() {
    return body;
  }

  int length() {
    return length;
  }

  int uint8(int at) {
    return array[body + at] & 0xff;
  }

  /// A number of 64 bits that must not look negative.
  long offset(int at) throws WireException {
    long value = BigEndian.i64(array, body + at);
    if (value < 0) {
      throw new WireException("offset beyond 2^63");
    }
    return value;
  }

  long int64(int at) {
    return BigEndian.i64(array, body + at);
  }

  int int32(int at) {
    return BigEndian.i32(array, body + at);
  }

  Reason reason() throws WireException {
    return Reason.of(uint8(0));
  }
}
