package org.wormholes.runtime;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.peer.PipeWord;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A pipe that passes through this node: each cell that comes on one of two links goes out on the
/// other as it is. The links may be on different loops. What waits here is bounded by the credit of
/// the side it came from.
final class PipeRelay {
  /// Pipes that one neighbour may have open to others through this node.
  static final int MAX_A_NEIGHBOUR = 64;

  private PipeRelay() {}

  /// Joins a pipe that a neighbour asked for to the link of the node that it names; `onward` is of
  /// the same network.
  static void start(NodeLink from, int id, NodeLink onward) throws WireException {
    Side asking = new Side(from, id);
    if (from.relayedPipes >= MAX_A_NEIGHBOUR || !from.add(asking)) {
      RelayedCircuit.refuse(from, id, LinkReason.OVERLOADED);
      return;
    }
    from.relayedPipes++;
    asking.asked = true;
    asking.credit.received(false);
    asking.released(false);
    onward.shard.tell(() -> {
      if (!onward.isOpen()) {
        asking.shard.tell(() -> from.destroy(asking, LinkReason.UNREACHABLE));
        return;
      }
      Side asked = new Side(onward, onward.session().nextCircuitId());
      if (!onward.add(asked)) {
        asking.shard.tell(() -> from.destroy(asking, LinkReason.OVERLOADED));
        return;
      }
      byte[] first = new byte[Cells.SMALL_BODY];
      PipeWord.write(new PipeWord.Arrival(), first, 0);
      asked.other = asking;
      asked.enqueue(new Cell(first, Cells.PIPE_OPEN, null));
      asking.shard.tell(() -> asking.joined(asked));
    });
  }

  /// A cell that waits.
  private static final class Cell {
    final byte[] body;
    final int command;

    /// Who gets credit when it has left.
    final @Nullable Side source;

    Cell(byte[] body, int command, @Nullable Side source) {
      this.body = body;
      this.command = command;
      this.source = source;
    }

    boolean large() {
      return body.length == Cells.LARGE_BODY;
    }
  }

  /// The pipe on one of its two links.
  private static final class Side extends LinkCircuit {
    final Shard shard;
    private final ArrayDeque<Cell> queue = new ArrayDeque<>(4);
    private @Nullable Side other;
    private long since = Long.MAX_VALUE;
    private boolean asked;

    /// Why the other side has ended, when this one is to end behind what waits.
    private @Nullable LinkReason ending;

    Side(NodeLink link, int id) {
      super(link, id);
      this.shard = link.shard;
    }

    void joined(Side found) {
      other = found;
      if (detached) {
        found.shard.tell(() -> found.finish(LinkReason.FINISHED));
      }
    }

    @Override
    void onCell(boolean large, int command, byte[] array, int offset, int length)
        throws WireException {
      Side to = other;
      if (command != Cells.PIPE || to == null) {
        throw new WireException("cell of command " + command + " comes out of turn");
      }
      credit.received(large);
      byte[] copy = Arrays.copyOfRange(array, offset, offset + length);
      shard.node.memory.charge(copy.length);
      Cell cell = new Cell(copy, Cells.PIPE, this);
      if (to.shard == shard) {
        to.enqueue(cell);
      } else {
        to.shard.tell(() -> to.enqueue(cell));
      }
    }

    void enqueue(Cell cell) {
      if (detached) {
        left(cell);
        return;
      }
      queue.addLast(cell);
      since = Math.min(since, shard.now());
      link.wake(this);
    }

    @Override
    boolean pull() {
      Cell next = queue.peekFirst();
      if (next == null) {
        if (ending != null) {
          link.destroy(this, ending);
        }
        return false;
      }
      if (!credit.maySend(next.large())) {
        return false;
      }
      queue.removeFirst();
      since = queue.isEmpty() ? Long.MAX_VALUE : shard.now();
      LinkSession session = link.session();
      int body = session.beginCell(next.large(), next.command, id);
      System.arraycopy(next.body, 0, session.array(), body, next.body.length);
      credit.sent(next.large());
      left(next);
      return true;
    }

    /// The cell is out of our hands.
    private void left(Cell cell) {
      Side source = cell.source;
      if (source == null) {
        return;
      }
      shard.node.memory.release(cell.body.length);
      if (source.shard == shard) {
        source.released(cell.large());
      } else {
        source.shard.tell(() -> source.released(cell.large()));
      }
    }

    /// Ends this side: behind what waits where the other has ended in order.
    void finish(LinkReason reason) {
      if (reason == LinkReason.FINISHED && !queue.isEmpty()) {
        ending = reason;
        link.wake(this);
      } else {
        link.destroy(this, reason);
      }
    }

    @Override
    void onDestroyed(LinkReason reason) {
      if (asked) {
        link.relayedPipes--;
      }
      queue.forEach(this::left);
      queue.clear();
      since = Long.MAX_VALUE;
      Side partner = other;
      if (partner != null) {
        partner.shard.tell(() -> partner.finish(reason));
      }
    }

    @Override
    long oldestQueuedAt() {
      return since;
    }
  }
}
