package org.wormholes.protocol.circuit;

import org.wormholes.protocol.wire.WireException;

/// Why a stream, a datagram flow, a circuit or a link ended. One byte on the wire
/// (`spec/protocol/circuit.md`, "Reasons"); the text is for people. The codes never change meaning.
public enum Reason {
  DONE(0, "finished"),
  REQUESTED(1, "closed on request"),
  POLICY(2, "the exit's rules refuse this destination"),
  NETWORK_UNREACHABLE(3, "the destination's network cannot be reached"),
  HOST_UNREACHABLE(4, "the destination cannot be reached"),
  CONNECTION_REFUSED(5, "the destination refused the connection"),
  TIMED_OUT(6, "the destination did not answer in time"),
  NAME_NOT_FOUND(7, "the name does not exist"),
  NAME_FAILED(8, "the name could not be resolved"),
  UNSUPPORTED(9, "the exit does not do this"),
  CONNECTION_RESET(10, "the destination reset the connection"),
  GONE(11, "the stream is no longer known at the exit"),
  LIMIT(12, "a limit is reached"),
  MEMORY(13, "memory is short"),
  PROTOCOL(14, "the peer broke the protocol"),
  SHUTDOWN(15, "the node is stopping"),
  LOST(16, "the circuit was lost"),
  EXPIRED(17, "nobody came back for it in time"),
  ROTATED(18, "replaced by a newer circuit"),
  INTERNAL(19, "an internal error");

  private static final Reason[] BY_CODE = values();

  private final int code;
  private final String text;

  Reason(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /// The byte on the wire.
  public int code() {
    return code;
  }

  /// One line for a person, without the word "error".
  public String text() {
    return text;
  }

  /// The reason of a byte on the wire.
  public static Reason of(int code) throws WireException {
    if (code < 0 || code >= BY_CODE.length) {
      throw new WireException("reason must be 0.." + (BY_CODE.length - 1) + ", was " + code);
    }
    return BY_CODE[code];
  }
}
