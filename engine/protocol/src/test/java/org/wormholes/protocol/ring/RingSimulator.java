package org.wormholes.protocol.ring;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;

/// Many members in one thread and virtual time. Every message takes its own random time, so that
/// they overtake each other; to the dead, and where the network is cut, they are lost. All follows
/// from the seed.
final class RingSimulator {
  static final Bytes RING = Bytes.of(new byte[RingId.BYTES]);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<RingPeer> PEERS = new ArrayList<>();

  private record Event(Instant at, long order, RingPeer to, Ring.Input input) {}

  final Random random;
  final RingSettings settings;
  final TreeMap<RingId, Ring> nodes = new TreeMap<>();
  final Set<RingPeer> dead = new HashSet<>();
  final Map<Long, Responsible> found = new TreeMap<>();
  final Set<Long> notFound = new HashSet<>();
  private final Map<RingPeer, Instant> dues = new HashMap<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>((a, b) -> {
        int byTime = a.at().compareTo(b.at());
        return byTime != 0 ? byTime : Long.compare(a.order(), b.order());
      });
  BiPredicate<RingPeer, RingPeer> cut = (from, to) -> false;
  BiFunction<RingPeer, RingMessage, RingMessage> said = (from, message) -> message;

  /// Makes members that are not there yet when somebody speaks to them.
  Function<RingId, @Nullable Ring> absent = id -> null;

  Runnable afterEvent = () -> {};
  Instant now = START;
  long hash;
  private final int slowest;
  private long order;

  /// @param slowest milliseconds that a message takes at most
  RingSimulator(long seed, RingSettings settings, int slowest) {
    this.random = new Random(seed);
    this.settings = settings;
    this.slowest = slowest;
  }

  /// The same member for the same number, always.
  static synchronized RingPeer peer(int number) {
    while (PEERS.size() <= number) {
      PEERS.add(
          RingPeer.of(RING, NodeKey.create(new Random(PEERS.size() + 1_000)::nextBytes).id()));
    }
    return PEERS.get(number);
  }

  Ring add(RingPeer peer) {
    Ring ring = new Ring(peer, settings, new Random(random.nextLong()));
    nodes.put(peer.id(), ring);
    return ring;
  }

  void tell(RingPeer to, Ring.Input input) {
    schedule(now, to, input);
  }

  void fail(RingPeer peer) {
    nodes.remove(peer.id());
    dead.add(peer);
  }

  List<Ring> members() {
    return nodes.values().stream().filter(Ring::member).toList();
  }

  /// What is on its way.
  List<RingMessage> underWay() {
    return events.stream()
        .filter(event -> nodes.containsKey(event.to().id()))
        .map(Event::input)
        .filter(Ring.Input.Received.class::isInstance)
        .map(input -> ((Ring.Input.Received) input).message())
        .toList();
  }

  void run(Duration time) {
    Instant end = now.plus(time);
    while (!events.isEmpty() && !events.peek().at().isAfter(end)) {
      step();
    }
    now = end;
  }

  void step() {
    Event event = events.poll();
    if (event == null) {
      return;
    }
    now = event.at();
    Ring ring = nodes.get(event.to().id());
    if (ring == null) {
      ring = absent.apply(event.to().id());
    }
    if (ring == null) {
      return;
    }
    if (event.input() instanceof Ring.Input.DeadlineReached) {
      dues.remove(event.to());
      if (ring.deadline().isAfter(now)) {
        wake(ring); // it was put off meanwhile
        return;
      }
    }
    handle(ring, event.input());
  }

  /// Something happens to a member now.
  void handle(Ring ring, Ring.Input input) {
    List<RingPeer> before = ring.successors();
    boolean member = ring.member();
    List<Ring.Output> outputs = ring.on(input, now);
    hash = hash * 31 + now.toEpochMilli();
    hash = hash * 31 + ring.self().id().first();
    for (Ring.Output output : outputs) {
      switch (output) {
        case Ring.Output.Send(RingPeer to, RingMessage meant) -> {
          RingMessage message = said.apply(ring.self(), meant);
          hash = hash * 31 + to.id().first() + kind(message);
          if (!cut.test(ring.self(), to)) {
            schedule(
                now.plusMillis(1 + random.nextInt(slowest)),
                to,
                new Ring.Input.Received(ring.self(), message));
          }
        }
        case Ring.Output.Found(long number, Responsible responsible) ->
            found.put(number, responsible);
        case Ring.Output.NotFound(long number) -> notFound.add(number);
        case Ring.Output.NotJoined() ->
            schedule(now, ring.self(), new Ring.Input.Join(anyMember(ring)));
        case Ring.Output.Joined() -> {}
        case Ring.Output.Answered answered -> {}
        case Ring.Output.Silent silent -> {}
      }
    }
    wake(ring);
    if (member != ring.member() || !before.equals(ring.successors())) {
      afterEvent.run(); // nothing else of a ring's shape can have changed
    }
  }

  /// Sees to it that a member is woken in time; too early is harmless.
  private void wake(Ring ring) {
    Instant due = ring.deadline();
    Instant planned = dues.get(ring.self());
    if (due.isBefore(Instant.MAX) && (planned == null || due.isBefore(planned))) {
      dues.put(ring.self(), due);
      schedule(due, ring.self(), new Ring.Input.DeadlineReached());
    }
  }

  private RingPeer anyMember(Ring except) {
    List<Ring> members = members().stream().filter(each -> each != except).toList();
    return members.get(random.nextInt(members.size())).self();
  }

  /// Who ought to be responsible: the first living member from the id on.
  RingPeer owner(RingId target) {
    return members().stream()
        .map(Ring::self)
        .min((a, b) -> target.distanceTo(a.id()).compareTo(target.distanceTo(b.id())))
        .orElseThrow();
  }

  /// What is not as it would be if all had time, empty when nothing is.
  List<String> faults() {
    List<Ring> members = members();
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Ring ring = members.get(i);
      List<RingPeer> expected = new ArrayList<>();
      for (int j = 1; j <= Math.min(settings.successors(), members.size() - 1); j++) {
        expected.add(members.get((i + j) % members.size()).self());
      }
      if (!ring.successors().equals(expected)) {
        faults.add(ring.self() + " has other successors");
      }
      RingPeer before = members.get((i + members.size() - 1) % members.size()).self();
      if (members.size() > 1 && !ring.predecessor().equals(Optional.of(before))) {
        faults.add(ring.self() + " has another predecessor");
      }
    }
    return faults;
  }

  /// Members whose next or whose previous is not the right one.
  long misplaced() {
    List<Ring> members = members();
    long misplaced = 0;
    for (int i = 0; i < members.size(); i++) {
      RingPeer next = members.get((i + 1) % members.size()).self();
      RingPeer self = members.get(i).self();
      boolean right =
          members.get(i).successors().stream().findFirst().equals(Optional.of(next))
              && requireNonNull(nodes.get(next.id())).predecessor().equals(Optional.of(self));
      misplaced += right ? 0 : 1;
    }
    return misplaced;
  }

  private static int kind(RingMessage message) {
    return switch (message) {
      case RingMessage.Ask ask -> 128;
      case RingMessage.Neighbours neighbours -> 129;
      case RingMessage.Notify notify -> 130;
      case RingMessage.Find find -> 131;
      case RingMessage.Closer closer -> 132;
      case RingMessage.Leaving leaving -> 133;
      case RingMessage.Cast cast -> 134;
    };
  }

  private void schedule(Instant at, RingPeer to, Ring.Input input) {
    events.add(new Event(at.isBefore(now) ? now : at, order++, to, input));
  }
}
