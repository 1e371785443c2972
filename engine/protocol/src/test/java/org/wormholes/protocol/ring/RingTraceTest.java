package org.wormholes.protocol.ring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Random traces of joins, failures and departures, between messages and not after them. After
/// every single event each member has a living successor and there is one ring, in order; when
/// nothing happens any more the ring becomes ideal.
final class RingTraceTest {
  private static final int TRACES = 150;
  private static final int EVENTS = 120;
  private static final int MOST = 14;

  @Test
  void oneOrderedRingAfterEveryEvent() {
    for (long seed = 0; seed < TRACES; seed++) {
      trace(seed);
    }
  }

  @Test
  void sameSeedSameTrace() {
    assertThat(trace(7)).isEqualTo(trace(7)).isNotEqualTo(trace(8));
  }

  private static long trace(long seed) {
    int r = 2 + (int) (seed % 3);
    RingSettings settings =
        new RingSettings(r, Duration.ofSeconds(10), Duration.ofSeconds(3), 1 + (int) (seed % 3));
    RingSimulator world = new RingSimulator(seed, settings, 900);
    world.add(RingSimulator.peer(0));
    world.tell(RingSimulator.peer(0), new Ring.Input.Create());
    world.afterEvent = () -> check(world, seed);
    world.step();
    int next = 1;
    for (int i = 0; i < EVENTS; i++) {
      int choice = world.random.nextInt(10);
      List<Ring> members = world.members();
      Ring any = members.get(world.random.nextInt(members.size()));
      if (choice < 3 && world.nodes.size() < MOST) {
        RingPeer peer = RingSimulator.peer(next++);
        world.add(peer);
        world.tell(peer, new Ring.Input.Join(any.self()));
      } else if (choice == 3 && mayFail(world, any.self(), r)) {
        if (world.random.nextBoolean()) {
          world.handle(any, new Ring.Input.Leave());
        }
        world.fail(any.self());
        check(world, seed);
      }
      world.run(Duration.ofMillis(world.random.nextInt(5_000)));
    }
    for (int round = 0; round < 40 && !world.faults().isEmpty(); round++) {
      world.run(Duration.ofSeconds(10));
    }
    assertThat(world.faults()).as("seed %d", seed).isEmpty();
    return world.hash;
  }

  /// What the algorithm takes for granted: whoever fails, each list that a member has, or is about
  /// to take, keeps someone who lives.
  private static boolean mayFail(RingSimulator world, RingPeer victim, int r) {
    if (world.members().size() <= r + 1) {
      return false;
    }
    return Stream.concat(
            world.nodes.values().stream()
                .filter(ring -> ring.member() && !ring.self().equals(victim))
                .map(Ring::successors),
            world.underWay().stream()
                .filter(RingMessage.Neighbours.class::isInstance)
                .map(message -> ((RingMessage.Neighbours) message).successors()))
        .allMatch(list -> list.stream().anyMatch(peer -> lives(world, peer, victim)));
  }

  private static boolean lives(RingSimulator world, RingPeer peer, RingPeer victim) {
    Ring ring = world.nodes.get(peer.id());
    return ring != null && ring.member() && !peer.equals(victim);
  }

  private static void check(RingSimulator world, long seed) {
    Map<RingId, RingId> next = new HashMap<>();
    for (Ring ring : world.nodes.values()) {
      if (ring.member()) {
        next.put(ring.self().id(), next(world, ring, seed).self().id());
      }
    }
    RingId start = world.members().getFirst().self().id();
    for (int i = 0; i < next.size(); i++) {
      start = requireNonNull(next.get(start)); // now on a ring, whatever stands before it
    }
    Set<RingId> ends = new HashSet<>();
    int turns = 0;
    for (RingId here = start; ends.add(here); here = requireNonNull(next.get(here))) {
      turns += requireNonNull(next.get(here)).compareTo(here) <= 0 ? 1 : 0;
    }
    assertThat(turns).as("times around, seed %d", seed).isEqualTo(1);
    for (RingId from : next.keySet()) {
      List<RingId> way = new ArrayList<>();
      for (RingId here = from; !ends.contains(here); here = next.get(here)) {
        way.add(here);
        assertThat(way.size()).as("another ring, seed %d", seed).isLessThanOrEqualTo(next.size());
      }
      ends.addAll(way);
    }
  }

  private static Ring next(RingSimulator world, Ring ring, long seed) {
    if (ring.successors().isEmpty()) {
      return ring;
    }
    return ring.successors().stream()
        .map(peer -> world.nodes.get(peer.id()))
        .filter(each -> each != null && each.member())
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("no living successor at " + ring.self() + ", seed " + seed));
  }
}
