package org.wormholes.spec.sim;

import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.link.CircuitCredit;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.onion.ClientSetup;
import org.wormholes.protocol.onion.RelayLayer;
import org.wormholes.protocol.onion.RelaySetup;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A circuit at a relay: where it came from, and either where it goes on or the exit's end of it.
final class RelayCircuit {
  /// A cell that waits to be sent on.
  static final class Cell {
    final boolean large;
    final int command;
    final byte[] body;
    final @Nullable CircuitSide from;
    boolean spoiled;

    Cell(boolean large, int command, byte[] body, @Nullable CircuitSide from, boolean spoiled) {
      this.large = large;
      this.command = command;
      this.body = body;
      this.from = from;
      this.spoiled = spoiled;
    }
  }

  private final World world;
  private final SimNode node;
  final InSide in;
  private @Nullable OutSide out;
  private @Nullable RelaySetup setup;
  private @Nullable RelayLayer layer;
  private @Nullable CircuitEnd end;
  private boolean replied;
  private long wakeAt = Long.MAX_VALUE;
  private int scanned;
  private final ArrayDeque<Cell> forward = new ArrayDeque<>();
  private final ArrayDeque<Cell> backward = new ArrayDeque<>();
  private final Liar.Passage towardsExit;
  private final Liar.Passage towardsClient;

  RelayCircuit(World world, SimNode node, SimLink link, int id) {
    this.world = world;
    this.node = node;
    this.in = new InSide(link, id);
    this.towardsExit = node.liar.passage(forward, true);
    this.towardsClient = node.liar.passage(backward, false);
  }

  boolean isExit() {
    return end != null;
  }

  private void onSetup(byte[] array, int offset) throws WireException {
    RelaySetup peeled =
        RelaySetup.peel(node.id(), node.keys, node.replays, array, offset, node.entropy);
    setup = peeled;
    if (peeled.last()) {
      becomeExit(peeled);
      return;
    }
    byte[] nextBody = peeled.nextBody();
    look(nextBody, 0, nextBody.length);
    Optional<SimLink> link = world.node(peeled.next()).flatMap(node::linkTo);
    if (link.isEmpty()) {
      in.released(true);
      in.end(LinkReason.UNREACHABLE);
      return;
    }
    node.liar.remember(peeled.next(), nextBody);
    SimLink next = link.get();
    next.whenUp(() -> extend(next, nextBody), () -> in.end(LinkReason.UNREACHABLE));
  }

  private void extend(SimLink next, byte[] body) {
    if (!in.isHere()) {
      return;
    }
    OutSide side = new OutSide(next, next.session().nextCircuitId());
    next.add(side);
    out = side;
    towardsExit.pass(new Cell(true, Cells.SETUP, body, in, false));
    world.dirty(next);
  }

  private void becomeExit(RelaySetup peeled) throws WireException {
    // A relay that talks to a client without a name must not be the one that sees the destination,
    // unless the client asked for a path of one hop.
    world.check(
        in.link.peer().isPresent() || world.options().hops() == 1, "one relay knows both ends");
    CircuitEnd made = node.exitEnd(this);
    end = made;
    layer = peeled.layer();
    byte[] early = peeled.early();
    long now = world.timeline().now();
    made.onPayload(early, 0, early.length, now);
    byte[] payload = new byte[ClientSetup.REPLY_CAPACITY];
    made.fill(payload, 0, payload.length, now);
    byte[] body = new byte[Cells.LARGE_BODY];
    peeled.sealReply(payload, body, 0);
    backward.add(new Cell(true, Cells.SETUP_REPLY, body, in, false));
    replied = true;
    world.dirty(in.link);
  }

  private RelayLayer layer() throws WireException {
    if (layer == null || !replied) {
      throw new WireException("a cell before the circuit is built");
    }
    return layer;
  }

  /// Nobody but the exit may see where a stream goes.
  private void look(byte[] array, int offset, int length) {
    if (scanned++ < 12) {
      world.check(!World.contains(array, offset, length, Flow.SECRET), "a relay reads the target");
    }
  }

  private void takeOver(LinkReason reason) {
    in.leave(reason);
    if (out != null) {
      out.leave(reason);
    }
    if (end != null) {
      for (StreamEnd stream : end.lost()) {
        node.orphan(stream);
      }
    }
    node.circuits.remove(this);
    forward.clear();
    backward.clear();
  }

  private boolean pullFrom(ArrayDeque<Cell> queue, CircuitSide to) {
    Cell cell = queue.peek();
    if (cell == null || !to.credit.maySend(cell.large)) {
      return false;
    }
    queue.remove();
    to.send(cell.large, cell.command, cell.body, cell.spoiled);
    if (cell.from != null) {
      cell.from.released(cell.large);
    }
    return true;
  }

  private void checkQueues() {
    int units = 0;
    for (Cell cell : forward) {
      units += CircuitCredit.units(cell.large);
    }
    for (Cell cell : backward) {
      units += CircuitCredit.units(cell.large);
    }
    world.check(units <= 2 * CircuitCredit.WINDOW + 64, node.name + " queues " + units + " units");
  }

  /// The side towards the client.
  final class InSide extends CircuitSide {
    InSide(SimLink link, int id) {
      super(RelayCircuit.this.world, link, id);
    }

    @Override
    void onCell(boolean large, int command, byte[] array, int offset, int length, boolean spoiled)
        throws WireException {
      if (command == Cells.SETUP && setup == null) {
        onSetup(array, offset);
        return;
      }
      if (command != Cells.RELAY) {
        throw new WireException("command " + command + " from the client's side");
      }
      byte[] body = new byte[length];
      if (!layer().peel(array, offset, length, body, 0)) {
        throw new WireException("layer does not open");
      }
      if (end != null) {
        end.onPayload(body, Cells.DELIVERED_OFFSET, Cells.payload(large), world.timeline().now());
        released(large);
        world.dirty(link);
      } else {
        look(body, 0, length);
        towardsExit.pass(new Cell(large, command, body, this, false));
        checkQueues();
        if (out != null) {
          world.dirty(out.link);
        }
      }
    }

    @Override
    boolean detects() {
      return true;
    }

    @Override
    void onDestroyed(LinkReason reason) {
      takeOver(reason);
    }

    @Override
    boolean pull() {
      if (pullFrom(backward, this)) {
        return true;
      }
      return end != null && backward.isEmpty() && pullExit(end);
    }

    private boolean pullExit(CircuitEnd exit) {
      long now = world.timeline().now();
      if (!exit.ready(now)) {
        planWake(exit);
        return false;
      }
      boolean large = exit.prefersLarge();
      if (!credit.maySend(large) || layer == null) {
        return false;
      }
      int at = link.session().beginCell(large, Cells.RELAY, id);
      byte[] array = link.session().array();
      exit.fill(array, at + Cells.PAYLOAD_OFFSET, Cells.payload(large), now);
      layer.seal(array, at, Cells.body(large));
      sent(large, false);
      return true;
    }

    private void planWake(CircuitEnd exit) {
      long deadline = exit.deadline();
      if (deadline < Long.MAX_VALUE && deadline != wakeAt) {
        wakeAt = deadline;
        world.timeline().at(deadline, () -> world.dirty(link));
      }
    }
  }

  /// The side towards the exit.
  final class OutSide extends CircuitSide {
    OutSide(SimLink link, int id) {
      super(RelayCircuit.this.world, link, id);
    }

    @Override
    void onCell(boolean large, int command, byte[] array, int offset, int length, boolean spoiled)
        throws WireException {
      byte[] body = new byte[length];
      if (command == Cells.SETUP_REPLY && setup != null && !replied) {
        setup.wrapReply(array, offset, body, 0);
        layer = setup.layer();
        replied = true;
      } else if (command == Cells.RELAY) {
        layer().wrap(array, offset, length, body, 0);
      } else {
        throw new WireException("command " + command + " from the exit's side");
      }
      look(body, 0, length);
      towardsClient.pass(new Cell(large, command, body, this, spoiled));
      checkQueues();
      world.dirty(in.link);
    }

    /// Towards the client a relay only adds a layer: the client is the one who can tell.
    @Override
    boolean detects() {
      return false;
    }

    @Override
    void onDestroyed(LinkReason reason) {
      takeOver(reason);
    }

    @Override
    boolean pull() {
      return pullFrom(forward, this);
    }
  }
}
