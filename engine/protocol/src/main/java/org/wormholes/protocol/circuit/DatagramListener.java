package org.wormholes.protocol.circuit;

/// What a datagram flow tells its application, on the thread that drives the circuit.
public interface DatagramListener {
  /// A datagram arrived.
  ///
  /// @param target at the exit where it must go, at the client where it came from
  /// @param array valid for the call only
  void onDatagram(Target target, byte[] array, int offset, int length);

  /// The flow ended; nothing is called afterwards.
  void onClosed(Reason reason);
}
