package org.wormholes.protocol.onion;

import org.wormholes.protocol.wire.WireException;

/// Why a relay does not take a set-up packet. The circuit is refused, the link it came over is not
/// to blame: whoever built the packet is.
public final class SetupException extends WireException {
  private static final long serialVersionUID = 1L;

  /// What to tell the neighbour.
  public enum Kind {
    /// The packet names an onion key that is no longer, or not yet, held.
    STALE_KEY,
    /// The packet was changed, was not made for us, or holds what may not be in it.
    BROKEN,
    /// The packet was here before.
    REPLAYED,
    /// No more packets can be remembered under this onion key.
    FULL
  }

  private final Kind kind;

  SetupException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  SetupException(WireException cause) {
    super("set-up packet is broken", cause);
    this.kind = Kind.BROKEN;
  }

  public Kind kind() {
    return kind;
  }
}
