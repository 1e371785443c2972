package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.rendezvous.ClientIntroduction;
import org.wormholes.protocol.rendezvous.IntroductionPoint;
import org.wormholes.protocol.rendezvous.Keepers;
import org.wormholes.protocol.rendezvous.Periods;
import org.wormholes.protocol.rendezvous.Puzzle;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.RendezvousRelay;
import org.wormholes.protocol.rendezvous.SealedDescriptor;
import org.wormholes.protocol.rendezvous.ServiceCredential;
import org.wormholes.protocol.rendezvous.ServiceDescriptor;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
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

  /// The most work that is done for a service that asks for it: some seconds.
  private static final int MAX_EFFORT = 20_000;

  /// The pause after a try that failed, times the tries so far: a node that has just begun learns
  /// of more relays meanwhile.
  private static final Duration AGAIN = Duration.ofMillis(400);

  /// How long a relay may take to answer, the circuit to it included.
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /// How long the service may take to come.
  private static final Duration COMING = Duration.ofSeconds(5);

  /// How long nothing is tried while the network is not known.
  private static final Duration BLOCKED = Duration.ofSeconds(1);

  private static final int MAX_WAITING = 1_024;
  private static final long IDLE_NANOS = Duration.ofSeconds(60).toNanos();

  private final Shard shard;
  private final RunningTunnel tunnel;
  private final NodeId service;
  private final Consumer<ServiceVisit> whenOver;
  private final Set<ClientFlow> waiting = new LinkedHashSet<>();
  private final Set<NodeId> suspects = new HashSet<>();
  private int attempts;
  private @Nullable Attempt attempt;
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
    Attempt next = new Attempt();
    attempt = next;
    next.start();
  }

  /// Takes a flow in, which then is carried or ends with a reason.
  boolean takes(ClientFlow flow) {
    if (over || waiting.size() >= MAX_WAITING) {
      return false;
    }
    Attempt now = attempt;
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
    Attempt last = attempt;
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

  private void failed(String why) {
    LOG.debug("{} was not reached: {}", service, why);
    trouble = why;
    Attempt last = attempt;
    if (last != null) {
      last.end(Reason.REQUESTED);
    }
    waiting.removeIf(ClientFlow::isOver);
    if (over) {
      return;
    }
    if (waiting.isEmpty() || attempts >= MAX_ATTEMPTS || tunnel.isDraining()) {
      giveUp(why);
    } else {
      shard.after(
          AGAIN.multipliedBy(attempts),
          () -> {
            if (!over) {
              start();
            }
          });
    }
  }

  /// One try from the beginning.
  private final class Attempt {
    final ServiceCredential credential =
        ServiceCredential.of(service, Periods.at(shard.node.clock().instant()));
    final Bytes cookie = Bytes.of(shard.node.entropy().bytes(ClientIntroduction.COOKIE_BYTES));
    final List<NodeId> keepers = new ArrayList<>();
    final List<Offer> offers = new ArrayList<>();
    final Set<Ask> asking = new HashSet<>();
    @Nullable ClientCircuit meeting;
    @Nullable ClientIntroduction introduction;
    boolean listed;
    int kept;
    boolean waits;
    boolean introducing;
    boolean met;
    boolean ended;

    /// Where to leave an introduction, and what the service asks for it.
    ///
    /// @param named who we say we are: nobody, unless the service has an access list
    record Offer(ServiceDescriptor descriptor, IntroductionPoint point, Optional<NodeKey> named) {}

    void start() {
      keepers.addAll(Keepers.of(tunnel.relays(), credential.blinded(), Keepers.ASKED));
      Collections.shuffle(keepers, shard.node.random());
      Optional<Path> path = tunnel.pickAny(suspects);
      if (path.isEmpty() || keepers.isEmpty()) {
        shard.after(BLOCKED, () -> fail("there is no path for a meeting"));
        return;
      }
      meeting = tunnel.circuit(shard, path.get(), new Meeting());
      meeting.start(new RendezvousMessage.Meet(cookie));
      askKeeper();
    }

    void fail(String why) {
      if (!ended && attempt == this) {
        failed(why);
      }
    }

    void end(Reason reason) {
      if (ended) {
        return;
      }
      ended = true;
      List.copyOf(asking).forEach(Ask::close);
      if (meeting != null) {
        meeting.close(reason);
      }
    }

    private void askKeeper() {
      if (ended || keepers.isEmpty()) {
        fail(
            listed
                ? "it has an access list, and this node is not on it"
                : "no relay that was asked keeps its descriptor");
        return;
      }
      NodeId keeper = keepers.removeLast();
      Optional<Path> path = pathTo(keeper);
      if (path.isEmpty()) {
        askKeeper();
        return;
      }
      new Ask(path.get(), new RendezvousMessage.Fetch(credential.blinded())) {
        @Override
        void onAnswer(RendezvousMessage message) throws WireException {
          if (!(message instanceof RendezvousMessage.Kept(boolean last, Bytes descriptor))) {
            throw new WireException("expected a descriptor");
          }
          if (descriptor.size() > 0) {
            if (++kept > Keepers.ASKED * RendezvousRelay.MAX_INSTANCES) {
              throw new WireException("a keeper has at most 8 descriptors");
            }
            read(descriptor);
          }
          if (last) {
            close();
            found();
          }
        }

        @Override
        void onSilence() {
          trouble = "a relay that should keep its descriptor did not answer";
          found();
        }
      }.start();
    }

    private void read(Bytes descriptor) throws WireException {
      SealedDescriptor sealed = SealedDescriptor.decode(descriptor.toArray());
      Optional<ServiceDescriptor> forAll = sealed.open(credential, Optional.empty());
      Optional<NodeKey> named =
          forAll.isPresent() ? Optional.empty() : Optional.of(shard.node.key());
      Optional<ServiceDescriptor> found =
          forAll.isPresent() ? forAll : sealed.open(credential, named);
      found.ifPresent(content ->
          content.points().forEach(point -> offers.add(new Offer(content, point, named))));
      listed |= found.isEmpty();
    }

    private void found() {
      if (offers.isEmpty()) {
        askKeeper();
      } else {
        Collections.shuffle(offers, shard.node.random());
        introduce();
      }
    }

    /// Leaves an introduction, when the meeting relay knows of us and somebody is to be introduced
    /// to.
    private void introduce() {
      if (ended || introducing || !waits || offers.isEmpty()) {
        return;
      }
      introducing = true;
      Offer offer = offers.removeLast();
      Optional<Path> path = pathTo(offer.point().relay());
      if (path.isEmpty()) {
        introduceElsewhere("no path leads to its introduction points");
        return;
      }
      try {
        ClientIntroduction made =
            ClientIntroduction.create(
                credential,
                offer.point().key(),
                offer.descriptor().key(),
                offer.named(),
                shard.node.entropy());
        introduction = made;
        Puzzle puzzle = offer.descriptor().puzzle();
        if (puzzle.effort() > MAX_EFFORT) {
          introduceElsewhere("it asks for more work than is done here");
        } else if (puzzle.effort() == 0) {
          leave(offer, path.get(), made, Puzzle.Proof.none());
        } else {
          Thread.ofPlatform()
              .daemon()
              .name("wormholes-work")
              .start(() -> work(offer, path.get(), made, puzzle));
        }
      } catch (WireException e) {
        introduceElsewhere(String.valueOf(e.getMessage()));
      }
    }

    private void work(Offer offer, Path path, ClientIntroduction made, Puzzle puzzle) {
      Puzzle.Proof proof =
          made.work(puzzle, puzzle.effort(), 4L * puzzle.effort(), shard.node.entropy())
              .orElse(Puzzle.Proof.none());
      shard.tell(() -> leave(offer, path, made, proof));
    }

    private void leave(Offer offer, Path path, ClientIntroduction made, Puzzle.Proof proof) {
      ClientCircuit waitsAt = meeting;
      if (ended || waitsAt == null) {
        return;
      }
      Bytes message = Bytes.of(made.message(waitsAt.path.exit().id(), cookie, proof));
      new Ask(path, new RendezvousMessage.Introduce(offer.point().key(), message)) {
        @Override
        void onAnswer(RendezvousMessage answer) throws WireException {
          if (!(answer instanceof RendezvousMessage.Introduced(Reason reason))) {
            throw new WireException("expected an answer to an introduction");
          }
          close();
          if (reason == Reason.DONE) {
            shard.after(COMING, () -> notMet());
          } else {
            introduceElsewhere("its introduction point said " + reason);
          }
        }

        @Override
        void onSilence() {
          trouble = "its introduction point did not answer";
          introduceElsewhere(trouble);
        }
      }.start();
    }

    private void notMet() {
      if (!met) {
        fail("it did not come to the meeting");
      }
    }

    private void introduceElsewhere(String why) {
      introducing = false;
      if (offers.isEmpty()) {
        fail(why);
      } else {
        introduce();
      }
    }

    private Optional<Path> pathTo(NodeId relay) {
      return tunnel.relay(relay).flatMap(found -> tunnel.pickBefore(found, suspects));
    }

    /// The circuit on which the service comes.
    private final class Meeting implements ClientCircuit.Owner {
      @Override
      public void onReady(ClientCircuit circuit) {}

      @Override
      public void onRendezvous(ClientCircuit circuit, RendezvousMessage message)
          throws WireException {
        ClientIntroduction made = introduction;
        switch (message) {
          case RendezvousMessage.Meeting(Reason reason) when reason == Reason.DONE && !waits -> {
            waits = true;
            introduce();
          }
          case RendezvousMessage.Met(Bytes answer) when made != null && !met -> {
            circuit.met(made.finish(answer.toArray()));
            met = true;
            deadline.cancel();
            shard.node.circuitBuilt(tunnel, circuit);
            List<ClientFlow> flows = List.copyOf(waiting);
            waiting.clear();
            flows.stream().filter(flow -> !flow.isOver()).forEach(flow -> flow.goOver(circuit));
          }
          default -> throw new WireException("nobody asked for this message");
        }
      }

      @Override
      public void onOver(ClientCircuit circuit, LinkReason reason) {
        circuit.flows.letGo().forEach(flow -> flow.abandon(Reason.LOST));
        if (met) {
          ended = true;
          close(Reason.LOST);
        } else {
          note(circuit, reason);
          fail("the circuit to the meeting was lost");
        }
      }
    }

    /// One question to a relay, on a circuit of its own.
    private abstract class Ask implements ClientCircuit.Owner {
      private final ClientCircuit circuit;
      private final RendezvousMessage question;
      private boolean answered;

      Ask(Path path, RendezvousMessage question) {
        this.question = question;
        circuit = tunnel.circuit(shard, path, this);
      }

      abstract void onAnswer(RendezvousMessage message) throws WireException;

      /// There will be no answer.
      abstract void onSilence();

      final void start() {
        asking.add(this);
        shard.after(ANSWER, this::silent);
        circuit.start(question);
      }

      /// The answer was enough.
      final void close() {
        answered = true;
        asking.remove(this);
        circuit.close(Reason.DONE);
      }

      private void silent() {
        if (!answered) {
          close();
          if (!ended) {
            onSilence();
          }
        }
      }

      @Override
      public final void onReady(ClientCircuit ready) {}

      @Override
      public final void onRendezvous(ClientCircuit ready, RendezvousMessage message)
          throws WireException {
        if (!answered) {
          onAnswer(message);
        }
      }

      @Override
      public final void onOver(ClientCircuit lost, LinkReason reason) {
        noteLast(lost, reason);
        shard.run(this::silent);
      }
    }
  }

  /// Remembers who may be to blame on the way to a relay that somebody else chose: that relay, or
  /// the entrance.
  private void noteLast(ClientCircuit circuit, LinkReason reason) {
    if (reason != LinkReason.FINISHED && circuit.lostItsEntrance()) {
      note(circuit, reason);
    } else if (reason != LinkReason.FINISHED) {
      suspects.add(circuit.path.exit().id());
    }
  }

  /// Remembers relays that may be to blame.
  private void note(ClientCircuit circuit, LinkReason reason) {
    if (reason != LinkReason.FINISHED) {
      circuit.blamed(reason).stream().map(NodeDescriptor::id).forEach(suspects::add);
      if (circuit.lostItsEntrance()) {
        tunnel.entranceFailed(circuit.path.first().id());
      }
    }
  }
}
