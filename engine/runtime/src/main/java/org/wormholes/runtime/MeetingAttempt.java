package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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

/// One try to meet a service, from the beginning: waits at a relay of its own choice, finds the
/// service's descriptor at a keeper, and leaves an introduction with one introduction point after
/// the other. Belongs to one loop.
///
/// Life: looking and waiting → introduced → met → over.
final class MeetingAttempt {
  /// The most work that is done for a service that asks for it: some seconds.
  private static final int MAX_EFFORT = 20_000;

  /// How long a relay may take to answer, the circuit to it included.
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /// How long the service may take to come.
  private static final Duration COMING = Duration.ofSeconds(5);

  /// How long nothing is tried while the network is not known.
  private static final Duration BLOCKED = Duration.ofSeconds(1);

  private final ServiceCredential credential;
  private final Bytes cookie;
  private final List<NodeId> keepers = new ArrayList<>();
  private final List<Offer> offers = new ArrayList<>();
  private final Set<Ask> asking = new HashSet<>();
  private final ServiceVisit visit;
  private final Shard shard;
  private final RunningTunnel tunnel;
  private final Set<NodeId> suspects;
  private final int doublings;
  @Nullable ClientCircuit meeting;
  private @Nullable ClientIntroduction introduction;
  private boolean listed;

  /// Whether an introduction point had too many already.
  boolean crowded;

  /// Whether the service did not come, though an introduction was left for it.
  boolean unanswered;

  private int kept;
  private boolean waits;
  private boolean introducing;
  boolean met;
  private boolean ended;

  /// Where to leave an introduction, and what the service asks for it.
  ///
  /// @param named who we say we are: nobody, unless the service has an access list
  record Offer(ServiceDescriptor descriptor, IntroductionPoint point, Optional<NodeKey> named) {}

  /// @param suspects relays that are left aside, and those that were to blame
  /// @param doublings how often the work that the service asks for is doubled
  MeetingAttempt(
      ServiceVisit visit,
      Shard shard,
      RunningTunnel tunnel,
      NodeId service,
      Set<NodeId> suspects,
      int doublings) {
    this.visit = visit;
    this.shard = shard;
    this.tunnel = tunnel;
    this.suspects = suspects;
    this.doublings = doublings;
    this.credential = ServiceCredential.of(service, Periods.at(shard.node.clock().instant()));
    this.cookie = Bytes.of(shard.node.entropy().bytes(ClientIntroduction.COOKIE_BYTES));
  }

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
    if (!ended) {
      visit.onFailed(this, why);
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
        visit.onTrouble("a relay that should keep its descriptor did not answer");
        found();
      }
    }.start();
  }

  private void read(Bytes descriptor) throws WireException {
    SealedDescriptor sealed = SealedDescriptor.decode(descriptor.toArray());
    Optional<ServiceDescriptor> forAll = sealed.open(credential, Optional.empty());
    Optional<NodeKey> named = forAll.isPresent() ? Optional.empty() : Optional.of(shard.node.key());
    Optional<ServiceDescriptor> found =
        forAll.isPresent() ? forAll : sealed.open(credential, named);
    found.ifPresent(
        content -> content.points().forEach(point -> offers.add(new Offer(content, point, named))));
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
        int effort = (int) Math.min(MAX_EFFORT, (long) puzzle.effort() << doublings);
        Thread.ofPlatform()
            .daemon()
            .name("wormholes-work")
            .start(() -> work(offer, path.get(), made, puzzle, effort));
      }
    } catch (WireException e) {
      introduceElsewhere(String.valueOf(e.getMessage()));
    }
  }

  private void work(Offer offer, Path path, ClientIntroduction made, Puzzle puzzle, int effort) {
    Puzzle.Proof proof =
        made.work(puzzle, effort, 4L * effort, shard.node.entropy()).orElse(Puzzle.Proof.none());
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
          crowded |= reason == Reason.LIMIT;
          introduceElsewhere("its introduction point said " + reason);
        }
      }

      @Override
      void onSilence() {
        visit.onTrouble("its introduction point did not answer");
        introduceElsewhere("its introduction point did not answer");
      }
    }.start();
  }

  private void notMet() {
    if (!met) {
      unanswered = true;
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
          visit.onMet(circuit);
        }
        default -> throw new WireException("nobody asked for this message");
      }
    }

    @Override
    public void onOver(ClientCircuit circuit, LinkReason reason) {
      circuit.flows.letGo().forEach(flow -> flow.abandon(Reason.LOST));
      if (met) {
        ended = true;
        visit.onLost();
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
