package org.wormholes.runtime;

import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Protocol;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;

/// What a member of a group can be: a tunnel or a gateway.
sealed interface FlowWay permits RunningTunnel, RunningGateway {
  String name();

  /// Whether it has nothing against a destination, as far as that is known here.
  boolean allows(EntrySpec.Target to, Protocol protocol);

  /// Opens a stream that it allows.
  ///
  /// @param lane flows of different lanes share nothing that can be kept apart
  /// @param whenOver runs when the flow is over, in whatever way
  void open(
      int lane,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow pending,
      Runnable whenOver);

  /// Whether a refusal is its own, and not its destination's.
  boolean isToBlame(FlowAcceptor.Refusal refusal);

  /// Sees whether it works.
  void probe(Shard home, PathProbe.Question question, PathProbe.Listener listener);

  /// Runs `changed`, on any thread, when it may have become better or worse by itself. What is
  /// returned ends that.
  Runnable onChange(Runnable changed);
}
