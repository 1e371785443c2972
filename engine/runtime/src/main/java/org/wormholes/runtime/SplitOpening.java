package org.wormholes.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Protocol;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;

/// A flow that is to be split, until its application has an answer: it is answered once all parts
/// are connected, and before that a circuit that dies costs time and nothing else, for all parts
/// are opened again together.
final class SplitOpening {
  private static final int MAX_TRIES = 8;

  /// How long a flow waits for the network to become known, or for paths that there are not.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final RunningGroup group;
  private final Shard shard;
  private final FlowRequest request;
  private final Target target;
  private final FlowAcceptor.PendingFlow pending;
  private final long since;
  private @Nullable ClientSplit attempt;
  private int tries;
  private boolean left;

  SplitOpening(
      RunningGroup group,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow pending) {
    this.group = group;
    this.shard = shard;
    this.request = request;
    this.target = target;
    this.pending = pending;
    this.since = shard.now();
  }

  void open() {
    // A service is met over one circuit, and exits are not told of it.
    if (ServiceVisits.isMeant(target) || !group.allowsAll(request.target(), Protocol.TCP)) {
      Switchboard.refuse(shard, pending);
      return;
    }
    pending.onGone(() -> {
      left = true;
      if (attempt != null) {
        attempt.fail(Reason.REQUESTED);
      }
      shard.flush();
    });
    go();
  }

  private void go() {
    if (left) {
      return;
    }
    Optional<List<SplitLane>> lanes =
        group.isWhole() ? group.lanes(shard, request) : Optional.empty();
    if (lanes.isPresent()) {
      attempt = ClientSplit.open(shard, group, lanes.get(), target, pending, this::failed);
    } else if (shard.now() - since < PATIENCE.toNanos()) {
      shard.after(PAUSE, this::go);
    } else {
      pending.refuse(FlowAcceptor.Refusal.GENERAL_FAILURE);
    }
  }

  /// The attempt failed and the application has had no answer yet.
  private void failed(Reason reason) {
    if (left) {
      return;
    }
    if (reason == Reason.LOST && ++tries < MAX_TRIES) {
      go();
    } else {
      pending.refuse(ClientFlow.refusal(reason));
    }
  }
}
