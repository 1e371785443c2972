package org.wormholes.protocol.circuit;

import java.time.Duration;
import java.util.List;

/// What a circuit tells the engine that drives it, on the circuit's thread. Client and exit each
/// override their part.
public interface CircuitListener {
  /// The circuit has something to send and was idle before: pull cells with [CircuitEnd#fill] until
  /// [CircuitEnd#ready] is false. May be called from inside `onPayload` or from a call on a stream.
  void onReady();

  /// Exit: the client opened a stream. Set its listener before returning, then answer with
  /// [StreamEnd#connected] or [StreamEnd#refuse], now or later. Bytes may arrive before the answer.
  default void onStream(StreamEnd stream, Target target) {
    stream.refuse(Reason.UNSUPPORTED);
  }

  /// Exit: the client wants to go on with a stream of an earlier circuit. Answer now or later
  /// through the claim, on this circuit's thread; see [OrphanRegistry].
  default void onClaim(StreamClaim claim) {
    claim.gone(Reason.GONE);
  }

  /// Exit: the client opened a datagram flow. Set its listener before returning.
  default void onDatagramFlow(DatagramEnd flow) {
    flow.close(Reason.UNSUPPORTED);
  }

  /// Exit: the client asks for the addresses of a name. Answer with [CircuitEnd#resolved] or
  /// [CircuitEnd#unresolved].
  ///
  /// @param family 4, 6 or 0 for both
  default void onResolve(int query, Host.Name name, int family) {}

  /// Client: the addresses of a name, at least one.
  default void onResolved(int query, List<Host> addresses, Duration timeToLive) {}

  /// Client: a name has no answer.
  default void onUnresolved(int query, Reason reason) {}

  /// The far end answered a ping after `roundTripNanos`.
  default void onPong(long roundTripNanos) {}

  /// The far end closed the circuit; its streams were reset before this call. Nothing is called
  /// afterwards.
  void onClosed(Reason reason);
}
