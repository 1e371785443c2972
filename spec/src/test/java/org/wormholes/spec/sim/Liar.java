package org.wormholes.spec.sim;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Cells;

/// What a relay does to the cells it passes on when it is not honest. Each deed is done once, to
/// the next cell that passes.
final class Liar {
  /// Leading bytes of a body that later hops drop and the client rebuilds; a mark there is gone
  /// before anyone could see it.
  private static final int DROPPED = 48 * Cells.MAX_HOPS;

  private final World world;
  private final ArrayDeque<Fault> deeds = new ArrayDeque<>();
  private @Nullable NodeId rememberedNode;
  private byte @Nullable [] rememberedSetup;

  Liar(World world) {
    this.world = world;
  }

  void plan(Fault deed) {
    deeds.add(deed);
  }

  /// The network heals: nothing more is planned.
  void repent() {
    deeds.clear();
  }

  void remember(NodeId next, byte[] setup) {
    rememberedNode = next;
    rememberedSetup = setup.clone();
  }

  /// Sends an old set-up packet again, over a circuit of its own.
  void replaySetup(SimNode self) {
    byte[] setup = rememberedSetup;
    if (setup == null || rememberedNode == null) {
      return;
    }
    world
        .node(rememberedNode)
        .flatMap(self::linkTo)
        .filter(SimLink::isUp)
        .ifPresent(link -> {
          world.note(self.name + " replays a set-up");
          ReplaySide side = new ReplaySide(world, link, link.session().nextCircuitId());
          link.add(side);
          side.send(true, Cells.SETUP, setup, true);
        });
  }

  Passage passage(ArrayDeque<RelayCircuit.Cell> queue, boolean forward) {
    return new Passage(queue, forward);
  }

  /// One direction of one circuit.
  final class Passage {
    private final ArrayDeque<RelayCircuit.Cell> queue;
    private final boolean forward;
    private boolean nextIsSpoiled;
    private RelayCircuit.@Nullable Cell heldBack;

    private Passage(ArrayDeque<RelayCircuit.Cell> queue, boolean forward) {
      this.queue = queue;
      this.forward = forward;
    }

    void pass(RelayCircuit.Cell cell) {
      cell.spoiled |= nextIsSpoiled;
      nextIsSpoiled = false;
      if (heldBack != null) {
        cell.spoiled = true;
        queue.add(cell);
        queue.add(heldBack);
        heldBack = null;
        return;
      }
      Fault deed = cell.command == Cells.RELAY || deeds.peek() == Fault.TAG ? deeds.poll() : null;
      if (deed == null) {
        queue.add(cell);
        return;
      }
      world.note("a relay does " + deed + (forward ? " forward" : " backward"));
      commit(deed, cell);
    }

    private void commit(Fault deed, RelayCircuit.Cell cell) {
      switch (deed) {
        case TAG -> {
          int from = forward ? 0 : DROPPED;
          int at = from + world.random().nextInt(cell.body.length - from);
          cell.body[at] ^= (byte) (1 << world.random().nextInt(8));
          cell.spoiled = true;
          queue.add(cell);
        }
        case REPLAY -> {
          queue.add(cell);
          queue.add(copy(cell, cell.body.clone()));
        }
        case INJECT -> {
          byte[] body = new byte[cell.body.length];
          world.random().nextBytes(body);
          queue.add(copy(cell, body));
          queue.add(cell);
        }
        case DROP -> {
          nextIsSpoiled = true;
          if (cell.from != null) {
            cell.from.released(cell.large);
          }
        }
        case SWAP -> heldBack = cell;
        default -> throw new IllegalArgumentException("not a deed of a relay: " + deed);
      }
    }

    private RelayCircuit.Cell copy(RelayCircuit.Cell cell, byte[] body) {
      return new RelayCircuit.Cell(cell.large, cell.command, body, null, true);
    }
  }

  /// A circuit that leads nowhere.
  private static final class ReplaySide extends CircuitSide {
    ReplaySide(World world, SimLink link, int id) {
      super(world, link, id);
    }

    @Override
    void onCell(boolean large, int command, byte[] array, int offset, int length, boolean spoiled) {
      world.check(false, "a replayed set-up was answered");
    }

    @Override
    boolean detects() {
      return false;
    }

    @Override
    void onDestroyed(org.wormholes.protocol.link.LinkReason reason) {}

    @Override
    boolean pull() {
      return false;
    }
  }
}
