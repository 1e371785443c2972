package org.wormholes.runtime;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.Loop;

/// One measurement through a tunnel, on a circuit that is ready and carries no application's flows:
/// a connection to a place, or a ping of the exit. What is measured is the time from asking to the
/// answer; building the circuit is not part of it, but the whole must be over in time.
final class PathProbe {
  /// The circuits of probes; no flow has this key.
  static final IsolationKey KEY = new IsolationKey("", "", "", -1);

  private static final Duration PAUSE = Duration.ofMillis(200);

  /// Hears of one outcome, on the loop of the probe.
  interface Listener {
    void onAnswer(long roundTripNanos);

    void onFailure(String why);
  }

  private final TunnelShard part;
  private final Optional<Target> place;
  private final Duration timeout;
  private final Listener listener;
  private Loop.@Nullable Cancellable timer;
  private @Nullable ClientFlow flow;
  private long askedAt;
  private boolean over;
  private String waitsFor = "no circuit is ready";

  private PathProbe(TunnelShard part, Optional<Target> place, Duration timeout, Listener listener) {
    this.part = part;
    this.place = place;
    this.timeout = timeout;
    this.listener = listener;
  }

  /// Begins a measurement, on the loop of `part`.
  static void start(TunnelShard part, Optional<Target> place, Duration timeout, Listener listener) {
    PathProbe probe = new PathProbe(part, place, timeout, listener);
    probe.timer = part.shard.after(timeout, probe::onTimeout);
    part.probe(probe);
  }

  /// There is no circuit for it yet: a new tunnel first has to learn of its network.
  void onBlocked() {
    part.shard.after(
        PAUSE,
        () -> {
          if (!over) {
            part.probe(this);
          }
        });
  }

  /// A circuit for it is ready.
  void onCircuit(ClientCircuit circuit) {
    if (over) {
      return;
    }
    waitsFor = "no answer";
    askedAt = part.shard.now();
    if (place.isEmpty()) {
      circuit.end.ping();
    } else {
      connect(circuit, place.get());
    }
  }

  private void connect(ClientCircuit circuit, Target to) {
    CompletableFuture<Connection> answer = new CompletableFuture<>();
    OwnFlow own = new OwnFlow(part.shard, part.shard.node.transport(), answer);
    ClientFlow asked = new ClientFlow(part.shard, KEY, to, own, () -> {});
    flow = asked;
    var _ =
        answer.whenComplete((connection, failure) -> {
          if (connection != null) {
            connection.close();
            answer(part.shard.now() - askedAt);
          } else if (failure instanceof IOException) {
            fail(String.valueOf(failure.getMessage()));
          }
        });
    asked.goOver(circuit);
  }

  /// The exit has answered a ping.
  void onPong(long roundTripNanos) {
    if (place.isEmpty()) {
      answer(roundTripNanos);
    }
  }

  private void answer(long roundTripNanos) {
    if (finish()) {
      listener.onAnswer(roundTripNanos);
    }
  }

  boolean isOver() {
    return over;
  }

  /// The circuit that carried a ping is gone.
  void onLost() {
    if (flow == null) {
      fail("its circuit was lost");
    }
  }

  private void onTimeout() {
    fail(waitsFor + " within " + timeout.toMillis() + " ms");
    ClientFlow asked = flow;
    if (asked != null) {
      asked.abandon(Reason.REQUESTED);
    }
  }

  private void fail(String why) {
    if (finish()) {
      listener.onFailure(why);
    }
  }

  private boolean finish() {
    boolean first = !over;
    over = true;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    return first;
  }
}
