package org.wormholes.protocol.circuit;

import org.wormholes.protocol.wire.BigEndian;

/// The numbers of `spec/protocol/circuit.md`: message types, their flags and their lengths.
final class Message {
  // circuit.md, "Messages": "type u8, flags u8, length u16, stream u32, then `length` bytes of
  // body"
  static final int HEADER = 8;

  static final int END = 0;
  static final int BEGIN = 1;
  static final int CONNECTED = 2;
  static final int REFUSED = 3;
  static final int RESET = 4;
  static final int DATA = 5;
  static final int FIN = 6;
  static final int ACK = 7;
  static final int RESUME = 8;
  static final int RESUMED = 9;
  static final int CIRCUIT_ACK = 16;
  static final int PING = 17;
  static final int PONG = 18;
  static final int CLOSE = 19;
  static final int DATAGRAM_OPEN = 32;
  static final int DATAGRAM = 33;
  static final int DATAGRAM_CLOSE = 34;
  static final int RESOLVE = 48;
  static final int RESOLVED = 49;
  static final int ASK = 50;
  static final int ANSWER = 51;

  /// On BEGIN: the exit may have this stream already.
  static final int FLAG_AGAIN = 1;

  /// On DATA: the sender has more, but no credit for it.
  static final int FLAG_LIMITED = 1;

  /// Bytes of a DATA message before its bytes: header and offset.
  static final int DATA_OVERHEAD = HEADER + 8;

  static final int BEGIN_FIXED = StreamKey.LENGTH + 1 + 8;
  static final int PROTOCOL_TCP = 1;

  /// On BEGIN: TCP, by a stream that is one part of a split flow; [Part] stands before the target.
  static final int PROTOCOL_TCP_PART = 2;

  static final int MAX_ADDRESSES = 16;

  /// In the flags of ASK: the signatures are wanted too.
  static final int SIGNED = 1;

  static final int ASK_FIXED = 3;
  static final int ANSWER_FIXED = 5;

  private static final int TYPES = 52;
  private static final int NONE = -1;
  private static final int[] MIN = new int[TYPES];
  private static final int[] MAX = new int[TYPES];
  private static final int[] FLAGS = new int[TYPES];

  static {
    java.util.Arrays.fill(MIN, NONE);
    shape(
        BEGIN,
        BEGIN_FIXED + TargetCodec.MIN_LENGTH,
        BEGIN_FIXED + Part.LENGTH + TargetCodec.MAX_LENGTH,
        FLAG_AGAIN);
    shape(CONNECTED, 1, 1, 0);
    shape(REFUSED, 1, 1, 0);
    shape(RESET, 1, 1, 0);
    shape(DATA, 9, 0xffff, FLAG_LIMITED);
    shape(FIN, 8, 8, 0);
    shape(ACK, 16, 16, 0);
    shape(RESUME, StreamKey.LENGTH + 16, StreamKey.LENGTH + 16, 0);
    shape(RESUMED, 16, 16, 0);
    shape(CIRCUIT_ACK, 12, 12, 0);
    shape(PING, 8, 8, 0);
    shape(PONG, 8, 8, 0);
    shape(CLOSE, 1, 1, 0);
    shape(DATAGRAM_OPEN, 0, 0, 0);
    shape(DATAGRAM, TargetCodec.MIN_LENGTH, TargetCodec.MAX_LENGTH + CircuitLimits.MAX_DATAGRAM, 0);
    shape(DATAGRAM_CLOSE, 1, 1, 0);
    shape(RESOLVE, 2, 1 + Host.MAX_NAME, 0);
    shape(RESOLVED, 6, 6 + 17 * MAX_ADDRESSES, 0);
    shape(ASK, ASK_FIXED, ASK_FIXED + Host.MAX_NAME, 0);
    shape(ANSWER, ANSWER_FIXED, ANSWER_FIXED + CircuitLimits.MAX_DATAGRAM, 0);
  }

  private Message() {}

  private static void shape(int type, int min, int max, int flags) {
    MIN[type] = min;
    MAX[type] = max;
    FLAGS[type] = flags;
  }

  static boolean isKnown(int type) {
    return type < TYPES && MIN[type] != NONE;
  }

  static boolean fits(int type, int length) {
    return length >= MIN[type] && length <= MAX[type];
  }

  static boolean allows(int type, int flags) {
    return (flags & ~FLAGS[type]) == 0;
  }

  /// Whether the message speaks of the circuit as a whole; its stream number is 0.
  static boolean isCircuitWide(int type) {
    return type >= CIRCUIT_ACK && type <= CLOSE;
  }

  /// Whether a cell with this message is to be acknowledged.
  static boolean isEliciting(int type) {
    return type != ACK && type != CIRCUIT_ACK && type != PONG;
  }

  /// Writes a header and returns where the body begins.
  static int head(byte[] array, int at, int type, int flags, int length, int stream) {
    array[at] = (byte) type;
    array[at + 1] = (byte) flags;
    BigEndian.putU16(array, at + 2, length);
    BigEndian.putI32(array, at + 4, stream);
    return at + HEADER;
  }
}
