package org.wormholes.runtime;

import java.util.List;
import java.util.function.Consumer;
import org.wormholes.protocol.circuit.Part;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamKey;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.FlowAcceptor;

/// A split flow at the client: one stream on each of its circuits, which are all on its own loop.
final class ClientSplit extends SplitBridge {
  private final FlowAcceptor.PendingFlow pending;
  private final Runnable whenOver;
  private final Consumer<Reason> whenUnanswered;
  private int connected;
  private boolean answered;

  private ClientSplit(
      Shard shard,
      int count,
      FlowAcceptor.PendingFlow pending,
      Runnable whenOver,
      Consumer<Reason> whenUnanswered) {
    super(shard, count);
    this.pending = pending;
    this.whenOver = whenOver;
    this.whenUnanswered = whenUnanswered;
  }

  /// Opens all parts.
  ///
  /// @param whenUnanswered told why, when it failed before the application had its answer
  static ClientSplit open(
      Shard shard,
      RunningGroup group,
      List<SplitLane> lanes,
      Target target,
      FlowAcceptor.PendingFlow pending,
      Consumer<Reason> whenUnanswered) {
    group.entered();
    ClientSplit flow = new ClientSplit(shard, lanes.size(), pending, group::left, whenUnanswered);
    StreamKey key = StreamKey.of(shard.node.entropy().bytes(StreamKey.LENGTH), 0);
    for (int i = 0; i < lanes.size(); i++) {
      ClientCircuit circuit = lanes.get(i).circuit();
      SplitPart part = new SplitPart(shard, i);
      part.of(flow);
      part.join(circuit.end.open(target, new Part(key, i, lanes.size()), part));
      part.carriedBy(circuit.flows);
      flow.parts[i] = part;
    }
    return flow;
  }

  @Override
  void onPartConnected() {
    if (!isOver() && ++connected == parts.length) {
      answered = true;
      connected(pending.accept(this));
    }
  }

  /// The first part to be connected may bring bytes before the last one is.
  @Override
  boolean mayBring() {
    return true;
  }

  @Override
  void onFailed(Reason reason) {
    if (!answered) {
      whenUnanswered.accept(reason);
    }
  }

  @Override
  void onOver() {
    whenOver.run();
  }
}
