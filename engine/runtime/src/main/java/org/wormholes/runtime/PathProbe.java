package org.wormholes.runtime;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Group;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.Loop;

/// One measurement through a tunnel, on a circuit that is ready and carries no application's flows:
/// a connection to a place, one with a TLS handshake over it, or a ping of the exit. What is
/// measured is the time from asking to the answer; building the circuit is not part of it, but the
/// whole must be over in time.
final class PathProbe {
  /// The circuits of probes; no flow has this key.
  static final IsolationKey KEY = new IsolationKey("", "", "", -1);

  private static final Duration PAUSE = Duration.ofMillis(200);

  /// What is asked.
  ///
  /// @param place where a connection is opened; absent for the shortest sign of life
  /// @param timeout by when the answer is there
  record Question(Optional<Group.Probe> place, Duration timeout) {
    static Question ping(Duration timeout) {
      return new Question(Optional.empty(), timeout);
    }

    Optional<Target> target() {
      return place.flatMap(to -> Switchboard.target(new EntrySpec.Target(to.host(), to.port())));
    }

    /// Takes a connection to the place and goes on to the answer.
    void onConnected(Shard shard, Connection connection, TlsGreeting.Listener answered) {
      if (place.isPresent() && place.get().tls()) {
        Group.Probe to = place.get();
        TlsGreeting.over(connection, to.host(), to.port(), shard.node.lookups(), answered);
      } else {
        connection.close();
        answered.onGreeted();
      }
    }
  }

  /// Hears of one outcome, on the loop of the probe.
  interface Listener {
    void onAnswer(long roundTripNanos);

    void onFailure(String why);
  }

  private final TunnelShard part;
  private final Question question;
  private final Listener listener;
  private Loop.@Nullable Cancellable timer;
  private @Nullable ClientFlow flow;
  private long askedAt;
  private boolean over;
  private String waitsFor = "no circuit is ready";

  private PathProbe(TunnelShard part, Question question, Listener listener) {
    this.part = part;
    this.question = question;
    this.listener = listener;
  }

  /// Begins a measurement, on the loop of `part`.
  static void start(TunnelShard part, Question question, Listener listener) {
    PathProbe probe = new PathProbe(part, question, listener);
    probe.timer = part.shard.after(question.timeout(), probe::onTimeout);
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
    Optional<Target> place = question.target();
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
            waitsFor = "no answer to the TLS handshake";
            question.onConnected(part.shard, connection, new Greeted());
          } else if (failure instanceof IOException) {
            fail(String.valueOf(failure.getMessage()));
          }
        });
    asked.goOver(circuit);
  }

  private final class Greeted implements TlsGreeting.Listener {
    @Override
    public void onGreeted() {
      answer(part.shard.now() - askedAt);
    }

    @Override
    public void onFailed(String why) {
      fail(why);
    }
  }

  /// The exit has answered a ping.
  void onPong(long roundTripNanos) {
    if (question.place().isEmpty()) {
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
    fail(waitsFor + " within " + question.timeout().toMillis() + " ms");
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
