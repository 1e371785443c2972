package org.wormholes.protocol.circuit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// One end of a datagram flow: unreliable, unordered beyond what the circuit happens to give, never
/// retransmitted. A flow lives and dies with its circuit.
public final class DatagramEnd extends Channel {
  /// Bytes that may wait while the circuit is congested.
  static final int MAX_CONGESTED_QUEUE = 16 << 10;

  private static final DatagramListener NOBODY =
      new DatagramListener() {
        @Override
        public void onDatagram(Target target, byte[] array, int offset, int length) {}

        @Override
        public void onClosed(Reason reason) {}
      };

  private final boolean atClient;
  private final DatagramQueue queue;
  private DatagramListener listener = NOBODY;
  private Reason endReason = Reason.DONE;
  private boolean ended;
  private long dropped;

  /// The target of the last datagram that came, as bytes and read: most flows have one only.
  private byte[] lastTargetBytes = new byte[0];

  private @Nullable Target lastTarget;

  DatagramEnd(CircuitEnd circuit, boolean atClient) {
    this.circuit = circuit;
    this.atClient = atClient;
    this.queue = new DatagramQueue(circuit.pool(), circuit.account());
  }

  /// Sets who hears of this flow; at the exit from inside [CircuitListener#onDatagramFlow].
  public void listener(DatagramListener newListener) {
    listener = newListener;
  }

  /// The flow's number on its circuit, 0 until its opening message was sent.
  public int id() {
    return id;
  }

  /// Sends one datagram.
  ///
  /// @param target where to at the client, where from at the exit
  /// @return false when it was dropped: too long, the queue full, the circuit congested, or the
  ///   flow closed
  public boolean send(Target target, byte[] array, int offset, int length, long now) {
    boolean taken =
        circuit != null
            && !ended
            && fits(circuit, target, length)
            && hasRoom(circuit)
            && queue.add(id, target, array, offset, length, now);
    if (!taken) {
      dropped++;
      return false;
    }
    offerTurn();
    return true;
  }

  private static boolean fits(CircuitEnd circuit, Target target, int length) {
    int size = Message.HEADER + TargetCodec.length(target) + length;
    return length <= CircuitLimits.MAX_DATAGRAM
        && (circuit.cells() != CellChoice.SMALL || size <= Cells.SMALL_PAYLOAD);
  }

  private boolean hasRoom(CircuitEnd circuit) {
    return queue.bytes() < MAX_CONGESTED_QUEUE || !circuit.isCongested();
  }

  /// Ends the flow and tells the far end. The listener is not called.
  public void close(Reason reason) {
    if (ended || circuit == null) {
      return;
    }
    boolean unheardOf = (pending & OPEN) != 0;
    end();
    endReason = reason;
    if (unheardOf) {
      circuit.remove(this);
    } else {
      mark(END);
    }
  }

  /// Datagrams that [#send] dropped.
  public long dropped() {
    return dropped;
  }

  void onDatagram(byte[] array, int offset, int length) throws WireException {
    if (ended) {
      return;
    }
    int size = TargetCodec.measure(array, offset, length);
    Target target = targetOf(array, offset, size);
    listener.onDatagram(target, array, offset + size, length - size);
  }

  private Target targetOf(byte[] array, int offset, int size) throws WireException {
    Target target = lastTarget;
    byte[] last = lastTargetBytes;
    if (target == null || !Arrays.equals(last, 0, last.length, array, offset, offset + size)) {
      target = TargetCodec.read(array, offset, size);
      lastTarget = target;
      lastTargetBytes = Arrays.copyOfRange(array, offset, offset + size);
    }
    return target;
  }

  /// The far end, or the end of the circuit, closed the flow.
  void onClosed(Reason reason) {
    boolean told = !ended;
    drop();
    if (told) {
      listener.onClosed(reason);
    }
  }

  void drop() {
    end();
    if (circuit != null) {
      circuit.remove(this);
    }
  }

  private void end() {
    ended = true;
    turnNode.leave();
    queue.clear();
  }

  @Override
  int writeControl(byte[] array, int start, int end, long now) {
    int at = start;
    if ((pending & OPEN) != 0 && circuit != null && end - at >= Message.HEADER) {
      circuit.number(this);
      at = Message.head(array, at, Message.DATAGRAM_OPEN, 0, 0, id);
      pending &= ~OPEN;
      offerTurn();
    }
    if ((pending & (OPEN | END)) == END && end - at > Message.HEADER) {
      at = Message.head(array, at, Message.DATAGRAM_CLOSE, 0, 1, id);
      array[at++] = (byte) endReason.code();
      pending = 0;
      drop();
    }
    return at;
  }

  @Override
  boolean wantsTurn() {
    return circuit != null && !ended && (pending & OPEN) == 0 && !queue.isEmpty();
  }

  /// At least the first datagram, which cannot be split.
  @Override
  int turnBytes() {
    return queue.bytes();
  }

  @Override
  int writeData(byte[] array, int start, int end) {
    int at = start;
    while (!queue.isEmpty() && queue.headLength() <= end - at) {
      at = queue.remove(id, array, at);
    }
    return at;
  }

  /// Lets go of a datagram that fits no cell any more.
  void dropHead() {
    queue.drop();
    dropped++;
  }

  @Override
  public String toString() {
    return (atClient ? "client" : "exit") + " DatagramEnd[" + id + "]";
  }
}
