package org.wormholes.runtime;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.runtime.spi.Loop;

/// A client's meeting with a service: finds its descriptor at a keeper, waits at a relay of its own
/// choice, leaves an introduction, and carries flows once the service has come
/// (`spec/protocol/rendezvous.md`). What fails is tried again, with other relays, a few times.
///
/// Life: looking and waiting → introduced → met → over. Belongs to one loop.
final class ServiceVisit {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceVisit.class);
  private static final int MAX_ATTEMPTS = 3;

  /// How long all tries together may take: a flow that waits has its answer by then.
  private static final Duration DEADLINE = Duration.ofSeconds(25);

  /// The pause after a try that failed, times the tries so far: a node that has just begun learns
  /// of more relays meanwhile.
  private static final Duration AGAIN = Duration.ofMillis(400);

  /// The pause after one in which all introduction points had too many already. Such tries do not
  /// count: soon the service asks for work, and whoever does it comes first.
  private static final Duration CROWDED = Duration.ofSeconds(2);

  private static final int MAX_WAITING = 1_024;
  private static final long IDLE_NANOS = Duration.ofSeconds(60).toNanos();

  private final Shard shard;
  private final RunningTunnel tunnel;
  private final NodeId service;
  private final Consumer<ServiceVisit> whenOver;
  private final Set<ClientFlow> waiting = new LinkedHashSet<>();
  private final Set<NodeId> suspects = new HashSet<>();
  private int attempts;

  /// Tries to which the service did not come.
  private int unanswered;

  private @Nullable MeetingAttempt attempt;
  private long idleSince;
  private boolean over;

  /// What came of the tries so far.
  private String trouble = "it did not come to the meeting";

  private final Loop.Cancellable deadline;

  ServiceVisit(Shard shard, RunningTunnel tunnel, NodeId service, Consumer<ServiceVisit> whenOver) {
    this.shard = shard;
    this.tunnel = tunnel;
    this.service = service;
    this.whenOver = whenOver;
    this.idleSince = shard.now();
    this.deadline = shard.after(DEADLINE, this::tooLate);
  }

  private void tooLate() {
    giveUp("no meeting came about within %d s: %s".formatted(DEADLINE.toSeconds(), trouble));
  }

  void start() {
    attempts++;
    MeetingAttempt next = new MeetingAttempt(this, shard, tunnel, service, suspects, unanswered);
    attempt = next;
    next.start();
  }

  /// Takes a flow in, which then is carried or ends with a reason.
  boolean takes(ClientFlow flow) {
    if (over || waiting.size() >= MAX_WAITING) {
      return false;
    }
    MeetingAttempt now = attempt;
    if (now != null && now.met) {
      if (now.meeting == null || !now.meeting.end.hasRoom()) {
        return false;
      }
      flow.goOver(now.meeting);
    } else {
      waiting.add(flow);
    }
    return true;
  }

  List<ClientCircuit> circuits() {
    ClientCircuit meeting = attempt == null ? null : attempt.meeting;
    return meeting == null ? List.of() : List.of(meeting);
  }

  void sweep(long now) {
    waiting.removeIf(ClientFlow::isOver);
    if (waiting.isEmpty() && !isMet()) {
      close(Reason.REQUESTED); // nobody waits for it any more
      return;
    }
    ClientCircuit meeting = attempt == null ? null : attempt.meeting;
    boolean used = !waiting.isEmpty() || (meeting != null && meeting.flows.size() > 0);
    if (used) {
      idleSince = now;
    } else if (now - idleSince > IDLE_NANOS) {
      close(Reason.ROTATED);
    }
  }

  /// Ends it from this side.
  void close(Reason reason) {
    if (over) {
      return;
    }
    over = true;
    deadline.cancel();
    whenOver.accept(this);
    MeetingAttempt last = attempt;
    if (last != null) {
      last.end(reason);
    }
    List<ClientFlow> left = List.copyOf(waiting);
    waiting.clear();
    left.forEach(flow -> flow.abandon(reason));
  }

  private boolean isMet() {
    return attempt != null && attempt.met;
  }

  private void giveUp(String why) {
    if (!over) {
      shard.node.serviceMissed(tunnel, service, why);
      close(Reason.HOST_UNREACHABLE);
    }
  }

  /// Both ends are there.
  void onMet(ClientCircuit circuit) {
    deadline.cancel();
    shard.node.circuitBuilt(tunnel, circuit);
    List<ClientFlow> flows = List.copyOf(waiting);
    waiting.clear();
    flows.stream().filter(flow -> !flow.isOver()).forEach(flow -> flow.goOver(circuit));
  }

  /// A meeting has ended that had come about.
  void onLost() {
    close(Reason.LOST);
  }

  /// Something went wrong that may not be the end of the try.
  void onTrouble(String what) {
    trouble = what;
  }

  void onFailed(MeetingAttempt failed, String why) {
    if (failed != attempt) {
      return;
    }
    LOG.debug("{} was not reached: {}", service, why);
    trouble = why;
    failed.end(Reason.REQUESTED);
    unanswered += failed.unanswered ? 1 : 0;
    waiting.removeIf(ClientFlow::isOver);
    if (over) {
      return;
    }
    if (waiting.isEmpty() || (attempts >= MAX_ATTEMPTS && !failed.crowded) || tunnel.isDraining()) {
      giveUp(why);
    } else {
      shard.after(
          failed.crowded ? CROWDED : AGAIN.multipliedBy(attempts),
          () -> {
            if (!over) {
              start();
            }
          });
    }
  }
}
