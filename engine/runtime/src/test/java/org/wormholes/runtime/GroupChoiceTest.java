package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Group;
import org.wormholes.runtime.GroupChoice.State;

/// Which member of a group is taken. Time is virtual.
final class GroupChoiceTest {
  private static final Duration SETTLE = Duration.ofSeconds(10);

  private long now;

  @Test
  void theFirstIsTakenBeforeAnythingIsKnown() {
    GroupChoice choice = choice(Group.Kind.FALLBACK, "a", "b");
    assertThat(choice.order()).containsExactly(0, 1);
    assertThat(choice.standing(0).state()).isEqualTo(State.UNTRIED);
  }

  @Test
  void oneFailureIsNotEnough() {
    GroupChoice choice = choice(Group.Kind.FALLBACK, "a", "b");
    assertThat(failed(choice, 0)).isFalse();
    assertThat(choice.order()).containsExactly(0, 1);
    worked(choice, 0, 10);
    assertThat(failed(choice, 0)).isFalse();
    assertThat(choice.inUse()).isZero();
  }

  @Test
  void fallsBackAndReturnsOnlyAfterTheFirstHasSettled() {
    GroupChoice choice = choice(Group.Kind.FALLBACK, "a", "b", "c");
    worked(choice, 1, 10);
    failed(choice, 0);
    assertThat(failed(choice, 0)).isTrue();
    assertThat(choice.order()).containsExactly(1, 2);
    now += 5 * SETTLE.toNanos();
    assertThat(worked(choice, 0, 10)).isFalse();
    now += SETTLE.toNanos() - 1;
    assertThat(worked(choice, 0, 10)).isFalse();
    assertThat(choice.order()).containsExactly(1, 0, 2);
    now += 1;
    assertThat(worked(choice, 0, 10)).isTrue();
    assertThat(choice.inUse()).isZero();
  }

  @Test
  void oneThatFlapsIsNotReturnedTo() {
    GroupChoice choice = choice(Group.Kind.FALLBACK, "a", "b");
    worked(choice, 1, 10);
    for (int i = 0; i < 20; i++) {
      failed(choice, 0);
      failed(choice, 0);
      now += SETTLE.toNanos() / 2;
      worked(choice, 0, 10);
      now += SETTLE.toNanos() / 2;
      worked(choice, 1, 10);
      assertThat(choice.inUse()).isEqualTo(1);
    }
  }

  @Test
  void whenTheRestFailsTheOneThatHasNotSettledIsStillBetterThanNone() {
    GroupChoice choice = choice(Group.Kind.FALLBACK, "a", "b");
    failed(choice, 0);
    failed(choice, 0);
    worked(choice, 0, 10);
    failed(choice, 1);
    failed(choice, 1);
    assertThat(choice.order()).containsExactly(0);
  }

  @Test
  void whenAllAreDownThereIsNone() {
    for (Group.Kind kind : List.of(Group.Kind.FALLBACK, Group.Kind.FASTEST, Group.Kind.BALANCE)) {
      GroupChoice choice = choice(kind, "a", "b");
      for (int i = 0; i < GroupChoice.FAILURES; i++) {
        failed(choice, 0);
        failed(choice, 1);
      }
      assertThat(choice.order()).as("%s", kind).isEmpty();
    }
  }

  @Test
  void theFastestIsTakenOnceAllAreMeasured() {
    GroupChoice choice = choice(Group.Kind.FASTEST, "a", "b", "c");
    assertThat(worked(choice, 1, 50)).isFalse();
    assertThat(worked(choice, 0, 90)).isFalse();
    assertThat(worked(choice, 2, 40)).isTrue();
    assertThat(choice.order()).containsExactly(2, 1, 0);
  }

  @Test
  void aLittleFasterIsNotEnoughAndMuchFasterMustLast() {
    GroupChoice choice = choice(Group.Kind.FASTEST, "a", "b");
    worked(choice, 1, 100);
    worked(choice, 0, 80);
    assertThat(choice.inUse()).isZero();
    assertThat(until(choice, 1, 60)).as("20 ms better, 30 are asked").isFalse();
    assertThat(until(choice, 1, 20)).isTrue();
    assertThat(choice.inUse()).isEqualTo(1);
  }

  @Test
  void aBurstOfSpeedIsNoReason() {
    GroupChoice choice = choice(Group.Kind.FASTEST, "a", "b");
    worked(choice, 1, 100);
    worked(choice, 0, 80);
    for (int i = 0; i < 20; i++) {
      now += SETTLE.toNanos() / 2;
      worked(choice, 1, i % 4 == 0 ? 20 : 100);
      assertThat(choice.inUse()).isZero();
    }
  }

  @Test
  void theNextFastestIsTakenAtOnceWhenTheFastestFails() {
    GroupChoice choice = choice(Group.Kind.FASTEST, "a", "b", "c");
    worked(choice, 0, 10);
    worked(choice, 1, 90);
    worked(choice, 2, 50);
    failed(choice, 0);
    assertThat(failed(choice, 0)).isTrue();
    assertThat(choice.inUse()).isEqualTo(2);
  }

  /// Whether the member comes to be used while it answers like this for three times settling.
  private boolean until(GroupChoice choice, int member, long millis) {
    for (int i = 0; i < 30; i++) {
      now += SETTLE.toNanos() / 10;
      if (worked(choice, member, millis)) {
        return true;
      }
    }
    return false;
  }

  private boolean worked(GroupChoice choice, int member, long millis) {
    return choice.worked(member, millis * 1_000_000, now);
  }

  private boolean failed(GroupChoice choice, int member) {
    return choice.failed(member, now);
  }

  private GroupChoice choice(Group.Kind kind, String... members) {
    return new GroupChoice(
        new Group(
            "any", kind, List.of(members), 1, Optional.empty(), Duration.ofMillis(30), SETTLE),
        now);
  }
}
