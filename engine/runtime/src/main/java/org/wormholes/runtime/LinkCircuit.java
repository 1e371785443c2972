package org.wormholes.runtime;

import org.wormholes.protocol.link.CircuitCredit;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.wire.WireException;

/// One circuit as one link sees it. Everything is called on the link's loop.
abstract class LinkCircuit {
  final NodeLink link;
  final int id;
  final CircuitCredit credit = new CircuitCredit();

  /// Whether the circuit stands in its link's turn; belongs to [NodeLink].
  boolean inTurn;

  /// Whether the link has forgotten this circuit; belongs to [NodeLink].
  boolean detached;

  LinkCircuit(NodeLink link, int id) {
    this.link = link;
    this.id = id;
  }

  /// A cell of this circuit arrived; the array is valid for the call only.
  ///
  /// @throws WireException when the cell breaks the circuit's protocol: the circuit is destroyed,
  ///   the link lives on
  abstract void onCell(boolean large, int command, byte[] array, int offset, int length)
      throws WireException;

  /// The neighbour ended the circuit, or the link is lost, or this node gave it up. The link has
  /// already forgotten the circuit. Called once.
  abstract void onDestroyed(LinkReason reason);

  /// The neighbour has room for more cells.
  void onCredit() {
    link.wake(this);
  }

  /// Writes at most one cell to the link.
  ///
  /// @return whether a cell was written; false takes the circuit out of the turn until it is woken
  abstract boolean pull();

  /// When the oldest byte this circuit makes the node hold came in, `Long.MAX_VALUE` for none.
  abstract long oldestQueuedAt();

  /// Gives back what the circuit holds, because memory is short: the circuit ends.
  void shed() {
    link.destroy(this, LinkReason.OVERLOADED);
  }

  /// A cell that came in over this link has left our hands.
  final void released(boolean large) {
    int grant = credit.released(large);
    if (grant > 0 && !detached && link.isOpen()) {
      link.session().credit(id, grant);
      link.flushLater();
    }
  }
}
