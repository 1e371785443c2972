package org.wormholes.protocol.link;

import org.wormholes.protocol.wire.WireException;

/// Flow control of one circuit on one link, both directions: each side may have at most [#WINDOW]
/// units on their way to, or waiting in, its neighbour. So a relay's queue per circuit is bounded.
/// Every cell counts, set-up included.
///
/// The sender asks [#maySend], then calls [#sent]. The receiver calls [#received] when a cell comes
/// in and [#released] when that cell has left its queue; `released` says how much to grant with a
/// CREDIT frame. See `spec/protocol/link.md`, section 6.
public final class CircuitCredit {
  /// A unit is 512 bytes of cell.
  public static final int LARGE_UNITS = 32;

  public static final int SMALL_UNITS = 3;

  /// Units that may be outstanding: 4 MiB, 256 large cells.
  public static final int WINDOW = 8_192;

  private static final int GRANT_AT = WINDOW / 2;

  private int sendable = WINDOW;
  private int receivable = WINDOW;
  private int held;
  private int ungranted;

  public static int units(boolean large) {
    return large ? LARGE_UNITS : SMALL_UNITS;
  }

  public boolean maySend(boolean large) {
    return sendable >= units(large);
  }

  /// Units that may still be sent.
  public int sendable() {
    return sendable;
  }

  /// Takes note of a cell that was sent.
  ///
  /// @throws IllegalStateException if [#maySend] says no
  public void sent(boolean large) {
    if (!maySend(large)) {
      throw new IllegalStateException("no credit left on this circuit");
    }
    sendable -= units(large);
  }

  /// Takes in a CREDIT frame.
  ///
  /// @throws WireException if the peer grants more than it was sent
  public void granted(int units) throws WireException {
    if (units <= 0 || units > WINDOW - sendable) {
      throw new WireException("credit must be 1.." + (WINDOW - sendable) + " units, was " + units);
    }
    sendable += units;
  }

  /// Takes in a cell.
  ///
  /// @throws WireException if the peer sent more than it may
  public void received(boolean large) throws WireException {
    if (receivable < units(large)) {
      throw new WireException("cell exceeds the circuit's credit");
    }
    receivable -= units(large);
    held += units(large);
  }

  /// A cell that was received has left our queue.
  ///
  /// @return units to grant to the peer now, mostly 0
  public int released(boolean large) {
    if (held < units(large)) {
      throw new IllegalStateException("more cells released than received");
    }
    held -= units(large);
    ungranted += units(large);
    if (ungranted < GRANT_AT) {
      return 0;
    }
    int grant = ungranted;
    ungranted = 0;
    receivable += grant;
    return grant;
  }

  /// Units received and not yet released.
  public int held() {
    return held;
  }
}
