package org.wormholes.spec.sim;

import org.wormholes.protocol.link.CircuitCredit;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A circuit as one end of one link sees it.
abstract class CircuitSide {
  final World world;
  final SimLink link;
  final int id;
  final CircuitCredit credit = new CircuitCredit();
  private long sentCells;
  private long receivedCells;
  private boolean gone;

  CircuitSide(World world, SimLink link, int id) {
    this.world = world;
    this.link = link;
    this.id = id;
  }

  /// Takes in a cell.
  ///
  /// @param spoiled whether a liar did something to it, or to one before it
  abstract void onCell(
      boolean large, int command, byte[] array, int offset, int length, boolean spoiled)
      throws WireException;

  /// Whether this party can tell a spoiled cell by itself.
  abstract boolean detects();

  /// The circuit ended on this link, for whatever reason.
  abstract void onDestroyed(LinkReason reason);

  /// Writes one cell, if there is one and it may be sent.
  abstract boolean pull();

  final boolean isHere() {
    return !gone && link.isUp();
  }

  final void receive(boolean large, int command, byte[] array, int offset, int length) {
    receivedCells++;
    boolean spoiled = world.takeSpoiled(link.end, id, receivedCells);
    try {
      credit.received(large);
      onCell(large, command, array, offset, length, spoiled);
    } catch (WireException e) {
      world.note("circuit " + id + " on link " + link.number + " refused: " + e.getMessage());
      world.onRefused(spoiled);
      end(LinkReason.BROKEN_CELL);
    }
    world.check(
        !spoiled || !detects() || gone || link.isDead(), "a spoiled cell passed an honest hop");
  }

  /// A cell has left this party's hands.
  final void released(boolean large) {
    int units = credit.released(large);
    if (units > 0 && isHere()) {
      link.session().credit(id, units);
      world.dirty(link);
    }
  }

  /// Sends a cell whose body is ready.
  final void send(boolean large, int command, byte[] body, boolean spoiled) {
    int at = link.session().beginCell(large, command, id);
    System.arraycopy(body, 0, link.session().array(), at, Cells.body(large));
    sent(large, spoiled);
  }

  /// A cell was written.
  final void sent(boolean large, boolean spoiled) {
    credit.sent(large);
    sentCells++;
    if (spoiled) {
      world.spoil(link.end, id, sentCells);
    }
    world.dirty(link);
  }

  /// The link says that the circuit is over.
  final void destroyed(LinkReason reason) {
    if (!gone) {
      gone = true;
      onDestroyed(reason);
    }
  }

  /// This party ends the circuit: tells the neighbour, then the rest of itself.
  final void end(LinkReason reason) {
    if (!gone) {
      gone = true;
      link.destroy(this, reason);
      onDestroyed(reason);
    }
  }

  /// Forgets the circuit on this link, telling the neighbour.
  final void leave(LinkReason reason) {
    if (!gone) {
      gone = true;
      link.destroy(this, reason);
    }
  }
}
