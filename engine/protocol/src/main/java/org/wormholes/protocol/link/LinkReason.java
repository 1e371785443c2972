package org.wormholes.protocol.link;

/// Why a circuit was dropped or a link closed. One byte on the wire; a code unknown to us reads as
/// [#UNSPECIFIED]. Not authenticated beyond the neighbour that sent it.
public enum LinkReason {
  UNSPECIFIED(0),
  /// All is done.
  FINISHED(1),
  /// Something on the wire was not as the protocol says.
  PROTOCOL(2),
  /// A layer did not open: a cell was changed, lost, repeated or reordered.
  BROKEN_CELL(3),
  /// The set-up packet names an onion key that is no longer held.
  STALE_KEY(4),
  /// The same set-up packet was here before.
  REPLAYED(5),
  /// The next node of the path cannot be reached.
  UNREACHABLE(6),
  /// No memory or room left, or more was sent than the credit allows.
  OVERLOADED(7),
  /// Nothing was heard for too long.
  TIMED_OUT(8),
  /// The node is going away.
  SHUTTING_DOWN(9),
  /// The node does not do this: it is no relay, or no exit.
  REFUSED(10),
  /// The link that the circuit came from or led to is gone.
  LINK_LOST(11);

  private static final LinkReason[] BY_CODE = values();

  private final int code;

  LinkReason(int code) {
    this.code = code;
  }

  /// The byte on the wire.
  public int code() {
    return code;
  }

  public static LinkReason of(int code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : UNSPECIFIED;
  }
}
