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

  /// Exit: the client asks for records. Answer with [CircuitEnd#answered] or
  /// [CircuitEnd#unresolved].
  default void onAsk(int query, NameQuestion question) {}

  /// Client: the addresses of a name; none where the name exists and has none of that family.
  default void onResolved(int query, List<Host> addresses, Duration timeToLive) {}

  /// Client: the records asked for, as a message of DNS (RFC 1035 section 4) that the exit may have
  /// made up.
  default void onAnswered(int query, byte[] message, Duration timeToLive) {}

  /// Client: a question has no answer.
  ///
  /// @param timeToLive how long that may be remembered
  default void onUnresolved(int query, Reason reason, Duration timeToLive) {}

  /// The far end answered a ping after `roundTripNanos`.
  default void onPong(long roundTripNanos) {}

  /// The far end closed the circuit; its streams were reset before this call. Nothing is called
  /// afterwards.
  void onClosed(Reason reason);
}
