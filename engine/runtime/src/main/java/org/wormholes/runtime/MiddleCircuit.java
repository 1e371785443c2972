package org.wormholes.runtime;

import java.util.ArrayDeque;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.onion.RelayLayer;
import org.wormholes.protocol.onion.RelaySetup;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A circuit that passes through: cells from the client's side lose a layer, cells from the exit's
/// side gain one. A cell that cannot leave at once waits here, at most a credit window of them.
final class MiddleCircuit {
  private final Shard shard;
  private final Side clientward;
  private @Nullable Side exitward;
  private @Nullable RelaySetup setup;
  private @Nullable RelayLayer layer;

  private MiddleCircuit(NodeLink link, int id, RelaySetup setup) {
    this.shard = link.shard;
    this.clientward = new Side(link, id);
    this.setup = setup;
  }

  static void start(NodeLink link, int id, RelaySetup setup) {
    MiddleCircuit circuit = new MiddleCircuit(link, id, setup);
    if (!link.add(circuit.clientward)) {
      RelayedCircuit.refuse(link, id, LinkReason.OVERLOADED);
      return;
    }
    circuit.extend(setup);
  }

  private void extend(RelaySetup packet) {
    try {
      clientward.credit.received(true);
    } catch (WireException e) {
      throw new IllegalStateException("a fresh circuit has credit for one cell", e);
    }
    NodeId next = packet.next();
    Map<String, String> addresses = clientward.link.network().addressesOf(next);
    if (addresses.isEmpty()) {
      clientward.link.destroy(clientward, LinkReason.UNREACHABLE);
      return;
    }
    shard
        .link(clientward.link.network(), next, addresses, shard.node.carrierNames())
        .whenOpen(
            new NodeLink.OpenListener() {
              @Override
              public void onOpen(NodeLink link) {
                sendSetup(link, packet);
              }

              @Override
              public void onFailed(String why) {
                clientward.link.destroy(clientward, LinkReason.UNREACHABLE);
              }
            });
  }

  private void sendSetup(NodeLink link, RelaySetup packet) {
    if (clientward.detached) {
      return;
    }
    Side out = new Side(link, link.session().nextCircuitId());
    if (!link.add(out)) {
      clientward.link.destroy(clientward, LinkReason.OVERLOADED);
      return;
    }
    exitward = out;
    int body = link.session().beginCell(true, Cells.SETUP, out.id);
    System.arraycopy(packet.nextBody(), 0, link.session().array(), body, Cells.LARGE_BODY);
    out.credit.sent(true);
    link.flushLater();
    // In the next turn, when the packet has left: the next hop works at the same time.
    shard.run(packet::prepareReply);
    clientward.released(true);
  }

  /// Moves a cell from one side to the other: straight into the outgoing record if nothing else
  /// waits there, else by way of the queue.
  private void pass(
      Side from, Side to, boolean large, int command, byte[] array, int offset, int length)
      throws WireException {
    if (to.queue.isEmpty() && to.credit.maySend(large) && to.link.uncontended()) {
      LinkSession session = to.link.session();
      int body = session.beginCell(large, command, to.id);
      if (!transform(from, command, array, offset, length, session.array(), body)) {
        session.cancelCell();
        throw new WireException("cell does not open");
      }
      to.credit.sent(large);
      to.link.flushLater();
      from.released(large);
      return;
    }
    byte[] cell = shard.cells.take(large);
    if (!transform(from, command, array, offset, length, cell, 0)) {
      shard.cells.give(cell);
      throw new WireException("cell does not open");
    }
    shard.node.memory.charge(cell.length);
    to.queue.addLast(new Queued(cell, command, shard.now()));
    to.link.wake(to);
  }

  private boolean transform(
      Side from,
      int command,
      byte[] source,
      int offset,
      int length,
      byte[] target,
      int targetOffset) {
    if (command == Cells.SETUP_REPLY) {
      RelaySetup packet = setup;
      if (packet == null) {
        return false;
      }
      packet.wrapReply(source, offset, target, targetOffset);
      layer = packet.layer();
      setup = null;
      return true;
    }
    RelayLayer open = layer;
    if (open == null) {
      return false;
    }
    if (from == clientward) {
      return open.peel(source, offset, length, target, targetOffset);
    }
    open.wrap(source, offset, length, target, targetOffset);
    return true;
  }

  private @Nullable Side otherOf(Side side) {
    return side == clientward ? exitward : clientward;
  }

  /// A cell that waits, already transformed.
  private static final class Queued {
    final byte[] body;
    final int command;
    final long since;

    Queued(byte[] body, int command, long since) {
      this.body = body;
      this.command = command;
      this.since = since;
    }

    boolean large() {
      return body.length == Cells.LARGE_BODY;
    }
  }

  /// The circuit on one of its two links.
  private final class Side extends LinkCircuit {
    final ArrayDeque<Queued> queue = new ArrayDeque<>(0);

    Side(NodeLink link, int id) {
      super(link, id);
    }

    @Override
    void onCell(boolean large, int command, byte[] array, int offset, int length)
        throws WireException {
      credit.received(large);
      int expected = this == exitward && setup != null ? Cells.SETUP_REPLY : Cells.RELAY;
      Side to = otherOf(this);
      if (command != expected || to == null || to.detached) {
        throw new WireException("cell of command " + command + " comes out of turn");
      }
      pass(this, to, large, command, array, offset, length);
    }

    @Override
    boolean pull() {
      Queued first = queue.peekFirst();
      if (first == null || !credit.maySend(first.large())) {
        return false;
      }
      queue.removeFirst();
      LinkSession session = link.session();
      int body = session.beginCell(first.large(), first.command, id);
      System.arraycopy(first.body, 0, session.array(), body, first.body.length);
      credit.sent(first.large());
      drop(first);
      Side from = otherOf(this);
      if (from != null) {
        from.released(first.large());
      }
      return true;
    }

    @Override
    void onDestroyed(LinkReason reason) {
      queue.forEach(this::drop);
      queue.clear();
      Side other = otherOf(this);
      if (other != null) {
        other.link.destroy(other, reason);
      }
    }

    private void drop(Queued cell) {
      shard.node.memory.release(cell.body.length);
      shard.cells.give(cell.body);
    }

    @Override
    long oldestQueuedAt() {
      Queued first = queue.peekFirst();
      return first == null ? Long.MAX_VALUE : first.since;
    }
  }
}
