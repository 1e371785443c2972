package org.wormholes.protocol.ring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Whole rings under the simulator: found, left, torn, healed, lied to.
final class RingTest {
  private static final RingSettings SETTINGS = RingSettings.DEFAULT;

  @Test
  void aRingOfOneIsARing() {
    RingSimulator world = created(1);
    Ring alone = world.members().getFirst();
    assertThat(search(world, alone, 20)).isEqualTo(20);
    Responsible found = requireNonNull(world.found.get(0L));
    assertThat(found.owner()).isEqualTo(alone.self());
    assertThat(found.replicas()).isEmpty();
  }

  @Test
  void ofTwoOneIsLeftWhenTheOtherLeaves() {
    RingSimulator world = created(2);
    world.run(Duration.ofMinutes(1));
    assertThat(world.faults()).isEmpty();
    world.tell(RingSimulator.peer(1), new Ring.Input.Leave());
    world.run(Duration.ofMinutes(1));
    Ring left = requireNonNull(world.nodes.get(RingSimulator.peer(0).id()));
    assertThat(left.successors()).isEmpty();
    assertThat(search(world, left, 20)).isEqualTo(20);
  }

  @Test
  void ofTwoOneGoesOnWhenTheOtherIsSilent() {
    RingSimulator world = created(2);
    world.run(Duration.ofMinutes(1));
    world.fail(RingSimulator.peer(1));
    world.run(Duration.ofMinutes(1));
    assertThat(search(world, world.members().getFirst(), 20)).isEqualTo(20);
  }

  @Test
  void lookupsFindTheOwnerAndThoseAfterIt() {
    RingSimulator world = created(100);
    world.run(Duration.ofMinutes(15));
    assertThat(world.faults()).isEmpty();
    assertThat(search(world, world.members().getFirst(), 300)).isEqualTo(300);
    assertThat(world.found.values().stream().mapToInt(Responsible::hops).average().orElseThrow())
        .isLessThanOrEqualTo(2.5);
    List<RingPeer> ring = world.members().stream().map(Ring::self).toList();
    for (Responsible found : world.found.values()) {
      int at = ring.indexOf(found.owner());
      for (int i = 0; i < found.replicas().size(); i++) {
        assertThat(found.replicas().get(i)).isEqualTo(ring.get((at + 1 + i) % ring.size()));
      }
      assertThat(found.replicas()).hasSizeGreaterThanOrEqualTo(15);
    }
  }

  @Test
  void aTornRingIsWholeAMinuteAfterItHeals() {
    RingSimulator world = created(60);
    world.run(Duration.ofMinutes(5));
    Set<RingPeer> half =
        world.members().stream()
            .map(Ring::self)
            .filter(peer -> peer.id().fourth() % 2 == 0)
            .collect(Collectors.toSet());
    world.cut = (from, to) -> half.contains(from) != half.contains(to);
    world.run(Duration.ofMinutes(10));
    assertThat(world.misplaced()).isPositive();
    world.cut = (from, to) -> false;
    world.run(Duration.ofSeconds(60));
    assertThat(world.misplaced()).isZero();
    assertThat(search(world, world.members().getFirst(), 100)).isEqualTo(100);
  }

  @Test
  void whoFallsSilentIsLeftOut() {
    RingSimulator world = created(60);
    world.run(Duration.ofMinutes(5));
    List<RingPeer> victims = new ArrayList<>(world.members().stream().map(Ring::self).toList());
    victims.subList(0, 20).stream()
        .filter(peer -> !peer.equals(RingSimulator.peer(0)))
        .forEach(world::fail);
    world.run(Duration.ofMinutes(5));
    assertThat(world.faults()).isEmpty();
  }

  @Test
  void tenthOfLiarsHidesNobody() {
    RingSimulator world = created(100);
    world.run(Duration.ofMinutes(15));
    List<Ring> members = world.members();
    List<RingPeer> liars =
        members.stream()
            .map(Ring::self)
            .filter(p -> members.indexOf(world.nodes.get(p.id())) % 10 == 3)
            .toList();
    // Whatever is asked of them, the members from there on are liars.
    world.said =
        (from, message) ->
            message instanceof RingMessage.Closer closer && liars.contains(from)
                ? new RingMessage.Closer(closer.nonce(), true, liars)
                : message;
    assertThat(search(world, members.getFirst(), 300)).isGreaterThanOrEqualTo(297);
  }

  private static RingSimulator created(int members) {
    RingSimulator world = new RingSimulator(members, SETTINGS, 200);
    for (int i = 0; i < members; i++) {
      world.add(RingSimulator.peer(i));
      world.tell(
          RingSimulator.peer(i),
          i == 0
              ? new Ring.Input.Create()
              : new Ring.Input.Join(RingSimulator.peer(world.random.nextInt(i))));
      world.run(Duration.ofSeconds(3));
    }
    return world;
  }

  /// How many of so many lookups of one member were right.
  private static long search(RingSimulator world, Ring from, int count) {
    List<RingId> targets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      targets.add(
          new RingId(world.random.nextLong(), world.random.nextLong(), world.random.nextLong(), i));
      world.tell(from.self(), new Ring.Input.Search(i, targets.get(i), List.of()));
      world.run(Duration.ofSeconds(2));
    }
    world.run(Duration.ofMinutes(2));
    return world.found.entrySet().stream()
        .filter(each ->
            each.getValue().owner().equals(world.owner(targets.get(each.getKey().intValue()))))
        .count();
  }
}
