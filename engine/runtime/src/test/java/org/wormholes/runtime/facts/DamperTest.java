package org.wormholes.runtime.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Facts that flap do not flap what is decided by them. Time is virtual.
final class DamperTest {
  private static final Duration HOLD = Duration.ofSeconds(2);

  private long now;
  private final Damper<Boolean> damper = new Damper<>(false, 0, HOLD, Objects::equals);

  @Test
  void aChangeCountsOnceItHasHeld() {
    assertThat(observe(true, 1)).isFalse();
    assertThat(observe(true, 1)).isFalse();
    assertThat(observe(true, 1)).isTrue();
    assertThat(damper.since()).isEqualTo(seconds(3));
  }

  @Test
  void aChangeThatIsTakenBackNeverCounts() {
    observe(true, 1);
    observe(false, 1);
    assertThat(observe(false, 10)).isFalse();
    assertThat(damper.since()).isZero();
  }

  @Test
  void whatFlapsIsHeldUntilItHasBeenCalm() {
    int changes = 0;
    boolean raw = false;
    for (int i = 0; i < 40; i++) {
      raw = !raw;
      changes += observe(raw, 3) ? 1 : 0;
      changes += observe(raw, 3) ? 1 : 0;
    }
    assertThat(changes).isLessThanOrEqualTo(3);
    assertThat(damper.isSuppressed()).isTrue();
    boolean before = damper.value();
    assertThat(observe(!before, 5)).isFalse();
    assertThat(observe(!before, 5)).isFalse();
    int calm = 0;
    while (!observe(!before, 1)) {
      calm++;
    }
    assertThat(calm).isBetween(60, (int) Damper.MAX_SUPPRESSED.toSeconds() + 10);
    assertThat(damper.value()).isEqualTo(!before);
  }

  @Test
  void aRareChangeIsNeverSuppressed() {
    boolean raw = false;
    for (int i = 0; i < 20; i++) {
      raw = !raw;
      observe(raw, 60);
      assertThat(observe(raw, 3)).as("change %d", i).isTrue();
    }
  }

  @Test
  void smallDifferencesAreNoChange() {
    Damper<Long> trip =
        new Damper<>(
            100L, 0, HOLD, (one, other) -> Math.abs(one - other) * 5 <= Math.max(one, other));
    assertThat(trip.observe(115L, seconds(10))).isFalse();
    assertThat(trip.observe(90L, seconds(20))).isFalse();
    assertThat(trip.observe(200L, seconds(30))).isFalse();
    assertThat(trip.observe(210L, seconds(33))).isTrue();
    assertThat(trip.value()).isEqualTo(200L);
  }

  private boolean observe(boolean raw, long afterSeconds) {
    now += seconds(afterSeconds);
    return damper.observe(raw, now);
  }

  private static long seconds(long count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
