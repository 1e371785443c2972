package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Guard;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.store.SavedGuard;

class GuardBookTest {
  private final List<NodeDescriptor> view = new ArrayList<>();
  private final List<List<SavedGuard>> saved = new ArrayList<>();
  private final SettableClock clock = new SettableClock();
  private final Random random = new Random(7);

  GuardBookTest() {
    for (int i = 1; i <= 10; i++) {
      view.add(Nodes.exit(i));
    }
  }

  @Test
  void theSameGuardsAreUsedAgainAndAgain() {
    GuardBook book = book(2, List.of());
    Set<NodeId> first = book.guards(picker(), view, random);
    assertThat(first).isNotEmpty();
    for (int i = 0; i < 20; i++) {
      assertThat(book.guards(picker(), view, random)).isEqualTo(first);
    }
  }

  @Test
  void savedGuardsAreUsedAfterARestart() {
    Set<NodeId> before = book(1, List.of()).guards(picker(), view, random);
    Set<NodeId> after = book(1, saved.getLast()).guards(picker(), view, new Random(99));
    assertThat(after).isEqualTo(before);
  }

  @Test
  void failuresNeverMakeMoreThanAFewNewGuards() {
    GuardBook book = book(1, List.of());
    for (int i = 0; i < 50; i++) {
      book.guards(picker(), view, random).forEach(book::failed);
    }
    assertThat(saved.getLast()).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void aGuardThatFailedIsTriedAgainLater() {
    GuardBook book = book(1, List.of());
    NodeId first = book.guards(picker(), view, random).iterator().next();
    book.failed(first);
    assertThat(book.guards(picker(), view, random)).doesNotContain(first);
    clock.now = clock.now.plus(Duration.ofMinutes(1));
    assertThat(book.guards(picker(), view, random)).containsExactly(first);
  }

  @Test
  void aGuardIsLetGoWhenItsTimeIsOver() {
    GuardBook book = book(1, List.of());
    book.guards(picker(), view, random);
    SavedGuard kept = saved.getLast().getFirst();
    assertThat(Duration.between(kept.chosen(), kept.until())).isEqualTo(Duration.ofDays(90));
    clock.now = clock.now.plus(Duration.ofDays(91));
    book.guards(picker(), view, random);
    assertThat(saved.getLast()).doesNotContain(kept);
  }

  private GuardBook book(int count, List<SavedGuard> kept) {
    return new GuardBook("web", new Guard(Duration.ofDays(90), count), clock, kept, saved::add);
  }

  private static PathPicker picker() {
    Tunnel rule =
        new Tunnel(
            "web",
            "test",
            List.of(),
            Relays.any(3),
            Exit.DEFAULT,
            List.of("tcp"),
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    return new PathPicker(
        rule, Nodes.NETWORK_ID, Nodes.relay(999).id(), id -> OptionalLong.empty());
  }

  private static final class SettableClock extends Clock {
    Instant now = Nodes.NOW;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
