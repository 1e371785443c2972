package org.wormholes.protocol.circuit;

import static java.util.Objects.requireNonNull;

import org.wormholes.protocol.wire.WireException;

/// Says that a stream is one part of a flow that is split over several circuits to the same exit
/// (`spec/protocol/split.md`). Sent with BEGIN.
///
/// @param flow the secret that all parts of the flow have in common, and nothing else has
/// @param index which part, from 0
/// @param count how many parts the flow has
public record Part(StreamKey flow, int index, int count) {
  /// A flow has no more parts than this.
  public static final int MAX_COUNT = 8;

  static final int LENGTH = StreamKey.LENGTH + 2;

  public Part {
    requireNonNull(flow, "flow");
    if (count < 2 || count > MAX_COUNT || index < 0 || index >= count) {
      throw new IllegalArgumentException("there is no part " + index + " of " + count);
    }
  }

  /// Writes [#LENGTH] bytes and returns where they end.
  int encode(byte[] array, int at) {
    flow.encode(array, at);
    array[at + StreamKey.LENGTH] = (byte) index;
    array[at + StreamKey.LENGTH + 1] = (byte) count;
    return at + LENGTH;
  }

  static Part decode(byte[] array, int at) throws WireException {
    int index = array[at + StreamKey.LENGTH] & 0xff;
    int count = array[at + StreamKey.LENGTH + 1] & 0xff;
    if (count < 2 || count > MAX_COUNT || index >= count) {
      throw new WireException("there is no part " + index + " of " + count);
    }
    return new Part(StreamKey.of(array, at), index, count);
  }
}
