package org.wormholes.protocol.circuit;

/// One end of a datagram flow: unreliable, unordered beyond what the circuit happens to give, never
/// retransmitted. A flow lives and dies with its circuit.
public final class DatagramEnd {
  DatagramEnd() {}

  /// Sets who hears of this flow; at the exit from inside [CircuitListener#onDatagramFlow].
  public void listener(DatagramListener listener) {
    throw new UnsupportedOperationException();
  }

  /// The flow's number on its circuit.
  public int id() {
    throw new UnsupportedOperationException();
  }

  /// Sends one datagram.
  ///
  /// @param target where to at the client, where from at the exit
  /// @return false when it was dropped: too long, the queue full, or the flow closed
  public boolean send(Target target, byte[] array, int offset, int length, long now) {
    throw new UnsupportedOperationException();
  }

  /// Ends the flow and tells the far end. The listener is not called.
  public void close(Reason reason) {
    throw new UnsupportedOperationException();
  }

  /// Datagrams that [#send] dropped.
  public long dropped() {
    throw new UnsupportedOperationException();
  }
}
