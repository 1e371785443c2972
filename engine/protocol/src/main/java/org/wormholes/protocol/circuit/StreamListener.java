package org.wormholes.protocol.circuit;

/// What a stream tells its application. Everything is called on the thread that drives the circuit,
/// from inside [CircuitEnd#onPayload] or at the end of [CircuitEnd#fill], and may call back into
/// the stream and the circuit.
public interface StreamListener {
  /// Client: the exit reached the destination. Called once, also when the stream moved to another
  /// circuit meanwhile.
  ///
  /// @param family 4 or 6, the address family of the connection, 0 if not known
  default void onConnected(int family) {}

  /// The next bytes of the stream, in order, each exactly once. The array is valid for the call
  /// only; the bytes count as held by the application until it calls [StreamEnd#consumed].
  void onData(byte[] array, int offset, int length);

  /// The peer has no more bytes; called once, after the last `onData`.
  void onFinished();

  /// The stream ended abnormally, or, before `onConnected`, was refused. Nothing is called
  /// afterwards.
  void onReset(Reason reason);

  /// [StreamEnd#offer] takes bytes again, after it took fewer than were offered.
  void onWritable();

  /// Both directions ended in order and everything is acknowledged; nothing is called afterwards.
  default void onEnded() {}
}
