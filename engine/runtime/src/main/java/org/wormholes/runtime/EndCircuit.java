package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CellChoice;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.rendezvous.EndLayer;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Loop;

/// A circuit that ends at this node, as its client or as its exit: joins the link to a
/// [CircuitEnd].
abstract class EndCircuit extends LinkCircuit {
  /// More payloads than a window of credit lets in.
  private static final int MAX_AHEAD = 4_096;

  final Shard shard;
  final CircuitEnd end;
  final FlowSet flows;
  private final ArrayDeque<Ahead> ahead = new ArrayDeque<>(0);
  private @Nullable EndLayer layer;
  private byte[] opened = {};
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

  /// Takes in what clients, services and relays say to each other before two ends have met.
  ///
  /// @throws WireException when it is not for this end
  abstract void onRendezvous(RendezvousMessage message) throws WireException;

  /// Puts the circuit's layers onto a body whose payload is in place.
  abstract void seal(byte[] array, int offset, int length);

  /// A payload that goes before everything the circuit's end has to say.
  static final class Ahead {
    private final byte[] array;
    private final int length;
    private final boolean large;
    private final long since;
    private final Runnable left;

    /// @param array whose first `length` bytes are the payload
    /// @param since when it came
    /// @param left runs when it has been sent, or never will be
    Ahead(byte[] array, int length, boolean large, long since, Runnable left) {
      this.array = array;
      this.length = length;
      this.large = large;
      this.since = since;
      this.left = left;
    }
  }

  /// Says this to the other end.
  final void say(RendezvousMessage message) {
    byte[] bytes = message.encode();
    boolean large = end.cells() == CellChoice.LARGE || bytes.length > Cells.SMALL_PAYLOAD;
    sendAhead(new Ahead(bytes, bytes.length, large, shard.now(), () -> {}));
  }

  final void sendAhead(Ahead payload) {
    if (detached || ahead.size() >= MAX_AHEAD) {
      payload.left.run();
      link.destroy(this, LinkReason.OVERLOADED);
      return;
    }
    ahead.addLast(payload);
    ready();
  }

  /// The circuit is gone, and with it what waits.
  final void dropAhead() {
    List<Ahead> waiting = List.copyOf(ahead);
    ahead.clear();
    waiting.forEach(each -> each.left.run());
  }

  /// From now on every payload is under this layer: two ends have met.
  final void met(EndLayer between) {
    layer = between;
    opened = new byte[Cells.LARGE_PAYLOAD];
    ready();
  }

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
    Ahead first = ahead.peekFirst();
    if (first != null) {
      return pull(first);
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
    int at = body + Cells.PAYLOAD_OFFSET;
    EndLayer between = layer;
    int room = Cells.payload(large) - (between == null ? 0 : EndLayer.OVERHEAD);
    if (end.fill(session.array(), at, room, now) == 0) {
      session.cancelCell();
      return false;
    }
    if (between != null) {
      between.seal(session.array(), at, Cells.payload(large));
    }
    seal(session.array(), body, Cells.body(large));
    credit.sent(large);
    return true;
  }

  private boolean pull(Ahead first) {
    if (!credit.maySend(first.large)) {
      return false;
    }
    ahead.removeFirst();
    LinkSession session = link.session();
    int body = session.beginCell(first.large, Cells.RELAY, id);
    int at = body + Cells.PAYLOAD_OFFSET;
    System.arraycopy(first.array, 0, session.array(), at, first.length);
    int end = at + Cells.payload(first.large);
    Arrays.fill(session.array(), at + first.length, end, (byte) 0);
    seal(session.array(), body, Cells.body(first.large));
    credit.sent(first.large);
    first.left.run();
    return true;
  }

  /// Takes in a payload whose layers are off.
  final void deliver(byte[] array, int offset, int length) throws WireException {
    long now = shard.now();
    EndLayer between = layer;
    if (between != null) {
      between.open(array, offset, length, opened, 0);
      end.onPayload(opened, 0, length - EndLayer.OVERHEAD, now);
    } else if (RendezvousMessage.startsAt(array, offset)) {
      for (RendezvousMessage message : RendezvousMessage.decode(array, offset, length)) {
        onRendezvous(message);
      }
      return;
    } else {
      end.onPayload(array, offset, length, now);
    }
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
    Ahead first = ahead.peekFirst();
    long waits = first == null ? Long.MAX_VALUE : first.since;
    return Math.min(waits, Math.min(end.oldestQueuedAt(), flows.stalledSince()));
  }
}
