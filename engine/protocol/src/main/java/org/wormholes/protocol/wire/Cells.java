package org.wormholes.protocol.wire;

/// The sizes of cells and what stands in them, in bytes. See `spec/protocol/cells.md`.
public final class Cells {
  /// Header of a cell on a link: type, command, circuit id, reserved.
  public static final int HEADER = 16;

  /// Body of a large cell, the part the onion layers cover.
  public static final int LARGE_BODY = 16_352;

  /// Body of a small cell.
  public static final int SMALL_BODY = 1_520;

  /// A large cell inside a link record.
  public static final int LARGE = HEADER + LARGE_BODY;

  /// A small cell inside a link record.
  public static final int SMALL = HEADER + SMALL_BODY;

  /// The longest path, which all slack is reserved for.
  public static final int MAX_HOPS = 8;

  /// Authentication tag of one layer.
  public static final int TAG = 16;

  /// Where the payload starts in a body that an end of the circuit is about to seal: room for what
  /// the other hops add or refill.
  public static final int PAYLOAD_OFFSET = (MAX_HOPS - 1) * TAG;

  /// Where the payload starts in a body that the last hop of a circuit has peeled, or the client
  /// has opened.
  public static final int DELIVERED_OFFSET = PAYLOAD_OFFSET + TAG;

  /// What a large cell carries for the two ends of a circuit.
  public static final int LARGE_PAYLOAD = LARGE_BODY - PAYLOAD_OFFSET - TAG;

  /// What a small cell carries for the two ends of a circuit.
  public static final int SMALL_PAYLOAD = SMALL_BODY - PAYLOAD_OFFSET - TAG;

  /// Command of the cell that builds a circuit, always large: `spec/protocol/onion.md`.
  public static final int SETUP = 1;

  /// Command of the answer to [#SETUP], always large.
  public static final int SETUP_REPLY = 2;

  /// Command of every cell after that.
  public static final int RELAY = 3;

  /// Command of the cell that opens a pipe, always small: `spec/protocol/peers.md`.
  public static final int PIPE_OPEN = 4;

  /// Command of every other cell of a pipe.
  public static final int PIPE = 5;

  private Cells() {}

  public static int body(boolean large) {
    return large ? LARGE_BODY : SMALL_BODY;
  }

  public static int payload(boolean large) {
    return large ? LARGE_PAYLOAD : SMALL_PAYLOAD;
  }
}
