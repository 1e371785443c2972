package org.wormholes.runtime;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.CircuitListener;
import org.wormholes.protocol.circuit.DatagramEnd;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.circuit.OrphanRegistry;
import org.wormholes.protocol.circuit.Part;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamClaim;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.onion.RelayLayer;
import org.wormholes.protocol.onion.RelaySetup;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A circuit whose last hop is this node: opens connections for its client, resolves names for it,
/// and takes back the streams that the client had on an earlier circuit. At a relay that is no exit
/// it answers pings and nothing else, so that clients can measure it.
final class ExitCircuit extends EndCircuit {
  private final RelayLayer layer;

  /// What services and clients know this circuit by.
  final long number;

  /// Where every cell goes since the ends of two circuits have met here.
  private @Nullable ExitCircuit partner;

  private ExitCircuit(NodeLink link, int id, RelayLayer layer, CircuitEnd end, FlowSet flows) {
    super(link, id, end, flows);
    this.layer = layer;
    this.number = link.shard.node.nextCircuitNumber();
  }

  static void start(NodeLink link, int id, RelaySetup setup) {
    Hearing hearing = new Hearing();
    Shard shard = link.shard;
    CircuitEnd end =
        CircuitEnd.exit(CircuitLimits.DEFAULT, shard.chunks, shard.node.memory, hearing);
    ExitCircuit circuit = new ExitCircuit(link, id, setup.layer(), end, new FlowSet());
    hearing.circuit = circuit;
    if (!link.add(circuit)) {
      RelayedCircuit.refuse(link, id, LinkReason.OVERLOADED);
      return;
    }
    try {
      circuit.answer(setup);
    } catch (WireException e) {
      link.destroy(circuit, LinkReason.PROTOCOL);
    }
  }

  private void answer(RelaySetup setup) throws WireException {
    credit.received(true);
    LinkSession session = link.session();
    int body = session.beginCell(true, Cells.SETUP_REPLY, id);
    setup.sealReply(new byte[0], session.array(), body);
    credit.sent(true);
    link.flushLater();
    link.shard.run(link.shard.shares::prepare); // when the answer has left
    released(true);
    byte[] early = setup.early();
    if (early.length > 0) {
      deliver(early, 0, early.length);
    }
  }

  @Override
  boolean established() {
    return true;
  }

  @Override
  void seal(byte[] array, int offset, int length) {
    layer.seal(array, offset, length);
  }

  @Override
  void onCell(boolean large, int command, byte[] array, int offset, int length)
      throws WireException {
    credit.received(large);
    if (command != Cells.RELAY) {
      throw new WireException("cell of command " + command + " comes out of turn");
    }
    if (!layer.peel(array, offset, length, shard.scratch, 0)) {
      throw new WireException("cell does not open");
    }
    ExitCircuit joined = partner;
    if (joined != null) {
      pass(joined, large);
      return;
    }
    released(large);
    deliver(shard.scratch, Cells.DELIVERED_OFFSET, Cells.payload(large));
  }

  /// Hands the payload in the scratch array to the other circuit. Its sender gets credit for the
  /// next one when it has left.
  private void pass(ExitCircuit to, boolean large) {
    byte[] cell = shard.cells.take(large);
    int length = Cells.payload(large);
    System.arraycopy(shard.scratch, Cells.DELIVERED_OFFSET, cell, 0, length);
    shard.node.memory.charge(cell.length);
    Runnable left =
        () -> {
          to.shard.node.memory.release(cell.length);
          to.shard.cells.give(cell);
          on(this, () -> released(large));
        };
    on(to, () -> to.sendAhead(new Ahead(cell, length, large, to.shard.now(), left)));
  }

  /// Runs a task on a circuit's loop: at once if this is it.
  private void on(ExitCircuit circuit, Runnable task) {
    if (circuit.shard == shard && shard.loop.inLoop()) {
      task.run();
    } else {
      circuit.shard.tell(task);
    }
  }

  /// The other ends of two circuits have met: from now on what comes on one goes to the other, once
  /// this one's end was told.
  void join(ExitCircuit other, List<RendezvousMessage> told) {
    if (detached) {
      other.shard.tell(() -> other.link.destroy(other, LinkReason.FINISHED));
    } else {
      partner = other;
      told.forEach(this::say);
    }
  }

  @Override
  void onRendezvous(RendezvousMessage message) {
    link.network().rendezvous().on(this, message);
  }

  @Override
  void onDestroyed(LinkReason reason) {
    stopAlarm();
    dropAhead();
    link.network().rendezvous().closed(this);
    ExitCircuit joined = partner;
    if (joined != null) {
      partner = null;
      joined.shard.tell(() -> joined.link.destroy(joined, LinkReason.FINISHED));
    }
    List<Carried> carried = flows.all();
    end.lost();
    for (Carried flow : carried) {
      flow.carriedBy(null);
      keep(flow);
    }
  }

  /// Keeps a stream for a client that may come back for it over another circuit.
  private void keep(Carried flow) {
    if (!flow.isOver() && !shard.node.orphans().orphan(flow.stream(), shard.now())) {
      flow.abandon(Reason.LIMIT);
    }
  }

  private void onStream(StreamEnd stream, Target target) {
    if (!shard.node.exits()) {
      stream.refuse(Reason.UNSUPPORTED);
      return;
    }
    Optional<Part> part = stream.part();
    if (part.isPresent()) {
      onPart(stream, target, part.get());
      return;
    }
    ExitFlow flow = new ExitFlow(shard, target);
    flow.join(stream);
    stream.listener(flow);
    if (!shard.node.orphans().add(stream, flow, shard.now())) {
      stream.refuse(Reason.PROTOCOL);
      return;
    }
    flow.carriedBy(flows);
    flow.start();
  }

  private void onPart(StreamEnd stream, Target target, Part part) {
    SplitPart end = new SplitPart(shard, part.index(), stream);
    stream.listener(end);
    if (!shard.node.orphans().add(stream, end, shard.now())) {
      stream.refuse(Reason.PROTOCOL);
      return;
    }
    end.carriedBy(flows);
    shard.node.splits().join(end, target, part);
  }

  private void onClaim(StreamClaim claim) {
    switch (shard.node.orphans().claim(claim.key(), null, shard.now())) {
      case OrphanRegistry.Found.Ended(Reason reason) -> claim.gone(reason);
      case OrphanRegistry.Found.Unknown() -> {
        if (claim.target().isPresent()) {
          claim.fresh();
        } else {
          claim.gone(Reason.GONE);
        }
      }
      case OrphanRegistry.Found.Here(StreamEnd stream, Object owner) ->
          fetch((Carried) owner, stream, claim);
    }
  }

  /// Brings a stream to this circuit, from whatever loop has it.
  private void fetch(Carried flow, StreamEnd stream, StreamClaim claim) {
    if (flow.shard() == shard) {
      detach(flow, stream);
      resume(flow, stream, claim);
      return;
    }
    flow.shard()
        .run(() -> {
          detach(flow, stream);
          flow.moveTo(shard, () -> resume(flow, stream, claim));
        });
  }

  private static void detach(Carried flow, StreamEnd stream) {
    flow.carriedBy(null);
    if (stream.circuit().isPresent()) {
      stream.detach();
    }
  }

  private void resume(Carried flow, StreamEnd stream, StreamClaim claim) {
    if (!detached && !flow.isOver() && claim.resume(stream)) {
      flow.carriedBy(flows);
    } else if (flow.isOver()) {
      claim.gone(Reason.GONE);
    } else {
      keep(flow);
    }
  }

  /// What the circuit's end says, before and after the circuit object exists.
  private static final class Hearing implements CircuitListener {
    @Nullable ExitCircuit circuit;

    private ExitCircuit circuit() {
      ExitCircuit known = circuit;
      if (known == null) {
        throw new IllegalStateException("no circuit yet");
      }
      return known;
    }

    @Override
    public void onReady() {
      circuit().ready();
    }

    @Override
    public void onStream(StreamEnd stream, Target target) {
      circuit().onStream(stream, target);
    }

    @Override
    public void onClaim(StreamClaim claim) {
      circuit().onClaim(claim);
    }

    @Override
    public void onDatagramFlow(DatagramEnd flow) {
      if (circuit().shard.node.exits()) {
        ExitDatagrams.serve(circuit(), flow);
      } else {
        flow.close(Reason.UNSUPPORTED);
      }
    }

    @Override
    public void onResolve(int query, Host.Name name, int family) {
      new ExitNames(circuit()).resolve(query, name.name(), family);
    }

    @Override
    public void onAsk(int query, NameQuestion question) {
      new ExitNames(circuit()).ask(query, question);
    }

    @Override
    public void onClosed(Reason reason) {
      ExitCircuit ended = circuit();
      ended.link.destroy(ended, LinkReason.FINISHED);
    }
  }
}
