package org.wormholes.runtime;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Loop;

/// A circuit that ends at this node, as its client or as its exit: joins the link to a
/// [CircuitEnd].
abstract class EndCircuit extends LinkCircuit {
  final Shard shard;
  final CircuitEnd end;
  final FlowSet flows;
  private Loop.@Nullable Cancellable alarm;
  private long alarmAt = Long.MAX_VALUE;

  EndCircuit(NodeLink link, int id, CircuitEnd end, FlowSet flows) {
    super(link, id);
    this.shard = link.shard;
    this.end = end;
    this.flows = flows;
  }

  /// Whether cells may be sent: the set-up is over.
  abstract boolean established();

  /// Puts the circuit's layers onto a body whose payload is in place.
  abstract void seal(byte[] array, int offset, int length);

  /// The end has something to send.
  final void ready() {
    if (established()) {
      link.wake(this);
    }
  }

  @Override
  final boolean pull() {
    long now = shard.now();
    if (!established()) {
      return false;
    }
    if (!end.ready(now)) {
      watchDeadline(now);
      return false;
    }
    boolean large = end.prefersLarge();
    if (!credit.maySend(large)) {
      return false;
    }
    LinkSession session = link.session();
    int body = session.beginCell(large, Cells.RELAY, id);
    int used = end.fill(session.array(), body + Cells.PAYLOAD_OFFSET, Cells.payload(large), now);
    if (used == 0) {
      session.cancelCell();
      return false;
    }
    seal(session.array(), body, Cells.body(large));
    credit.sent(large);
    return true;
  }

  /// Takes in a payload whose layers are off.
  final void deliver(byte[] array, int offset, int length) throws WireException {
    long now = shard.now();
    end.onPayload(array, offset, length, now);
    if (end.ready(now)) {
      ready();
    } else {
      watchDeadline(now);
    }
  }

  /// Wakes the circuit when its machine wants to speak by the passing of time alone.
  private void watchDeadline(long now) {
    long deadline = end.deadline();
    if (deadline >= alarmAt || detached) {
      return;
    }
    stopAlarm();
    alarmAt = deadline;
    alarm = shard.after(Duration.ofNanos(Math.max(0, deadline - now)), this::onAlarm);
  }

  private void onAlarm() {
    alarm = null;
    alarmAt = Long.MAX_VALUE;
    if (!detached) {
      ready();
    }
  }

  final void stopAlarm() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
      alarmAt = Long.MAX_VALUE;
    }
  }

  /// Its streams end with it: carried on elsewhere they would go on holding what they hold.
  @Override
  final void shed() {
    flows.all().forEach(flow -> flow.abandon(Reason.MEMORY));
    super.shed();
  }

  @Override
  final long oldestQueuedAt() {
    return Math.min(end.oldestQueuedAt(), flows.stalledSince());
  }
}
