package org.wormholes.runtime;

import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.FlowAcceptor;

/// A stream at the client: an application waits for its answer, then its connection is joined to
/// the stream.
final class ClientFlow extends StreamBridge {
  final IsolationKey key;
  final Target target;
  private final FlowAcceptor.PendingFlow pending;
  private final Runnable whenOver;

  /// Circuits that failed before this flow was answered.
  int failures;

  ClientFlow(
      Shard shard,
      IsolationKey key,
      Target target,
      FlowAcceptor.PendingFlow pending,
      Runnable whenOver) {
    super(shard);
    this.key = key;
    this.target = target;
    this.pending = pending;
    this.whenOver = whenOver;
    pending.onGone(() -> {
      abandon(Reason.REQUESTED);
      shard.flush();
    });
  }

  /// Puts the stream on a circuit: a new one, or the one that another circuit failed to open.
  void goOver(ClientCircuit circuit) {
    if (hasStream()) {
      circuit.end.attach(stream(), shard().now());
    } else {
      join(circuit.end.open(target, this));
    }
    carriedBy(circuit.flows);
  }

  @Override
  public void onConnected(int family) {
    if (!isOver() && !hasConnection()) {
      Connection application = pending.accept(this);
      connected(application);
    }
  }

  @Override
  public void onReset(Reason reason) {
    if (!isOver() && !hasConnection()) {
      pending.refuse(refusal(reason));
    }
    super.onReset(reason);
  }

  @Override
  void onOver() {
    whenOver.run();
  }

  /// What a proxy says for a reason (RFC 1928 section 6).
  static FlowAcceptor.Refusal refusal(@Nullable Reason reason) {
    if (reason == null) {
      return FlowAcceptor.Refusal.GENERAL_FAILURE;
    }
    return switch (reason) {
      case POLICY -> FlowAcceptor.Refusal.NOT_ALLOWED;
      case NETWORK_UNREACHABLE -> FlowAcceptor.Refusal.NETWORK_UNREACHABLE;
      case HOST_UNREACHABLE, NAME_NOT_FOUND, NAME_FAILED -> FlowAcceptor.Refusal.HOST_UNREACHABLE;
      case CONNECTION_REFUSED -> FlowAcceptor.Refusal.CONNECTION_REFUSED;
      case TIMED_OUT -> FlowAcceptor.Refusal.TIMED_OUT;
      case UNSUPPORTED -> FlowAcceptor.Refusal.NOT_SUPPORTED;
      default -> FlowAcceptor.Refusal.GENERAL_FAILURE;
    };
  }
}
