package org.wormholes.runtime;

import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;

/// What hangs on a stream of a circuit: a whole flow, or one part of a split one. It outlives the
/// circuit that carries it.
sealed interface Carried permits StreamBridge, SplitPart {
  /// The loop it belongs to.
  Shard shard();

  StreamEnd stream();

  /// The circuit that carries the stream from now on; null while there is none.
  void carriedBy(@Nullable FlowSet next);

  boolean isOver();

  /// Gives the flow up from this side.
  void abandon(Reason reason);

  /// Since when what arrived was not taken, `Long.MAX_VALUE` if it is.
  long stalledSince();

  /// Moves it to another loop and runs `done` there.
  void moveTo(Shard next, Runnable done);
}
