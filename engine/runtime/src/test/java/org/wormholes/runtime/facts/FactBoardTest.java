package org.wormholes.runtime.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

/// Live facts as rules ask for them. Time is virtual.
final class FactBoardTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final FactBoard.Key METERED = new FactBoard.Key(Fact.METERED, "");
  private static final FactBoard.Key TCP = new FactBoard.Key(Fact.CARRIER_UP, "tcp");
  private static final FactBoard.Key WEB = new FactBoard.Key(Fact.ROUND_TRIP, "web");

  private long nanos;
  private final FactBoard board = new FactBoard(() -> nanos, Clock.fixed(NOON, ZoneOffset.UTC));

  @Test
  void whatIsNotKnownHasItsStatedValue() {
    assertThat(board.yesNo(Fact.METERED, "")).isFalse();
    assertThat(board.yesNo(Fact.CARRIER_UP, "tcp")).isFalse();
    assertThat(board.quantity(Fact.ROUND_TRIP, "web")).isEqualTo(FactSource.UNKNOWN_DURATION);
    assertThat(board.lines()).isEmpty();
  }

  @Test
  void theFirstObservationCountsAtOnceAndAChangeOnceItHasHeld() {
    assertThat(board.observe(TCP, true)).isTrue();
    assertThat(board.yesNo(Fact.CARRIER_UP, "tcp")).isTrue();
    pass(60);
    assertThat(board.observe(TCP, false)).isFalse();
    assertThat(board.yesNo(Fact.CARRIER_UP, "tcp")).isTrue();
    pass(2);
    assertThat(board.observe(TCP, false)).isTrue();
    assertThat(board.yesNo(Fact.CARRIER_UP, "tcp")).isFalse();
  }

  @Test
  void aRoundTripIsToldInSecondsAndOnlyWhenItIsNews() {
    board.observe(WEB, Duration.ofMillis(100));
    assertThat(board.quantity(Fact.ROUND_TRIP, "web")).isEqualTo(0.1);
    pass(60);
    board.observe(WEB, Duration.ofMillis(115));
    pass(10);
    assertThat(board.observe(WEB, Duration.ofMillis(115))).isFalse();
    assertThat(board.quantity(Fact.ROUND_TRIP, "web")).isEqualTo(0.1);
  }

  @Test
  void whatAPersonSaysCountsAtOnceUntilItIsTakenBack() {
    board.observe(METERED, false);
    board.say(METERED, true);
    assertThat(board.yesNo(Fact.METERED, "")).isTrue();
    assertThat(board.observe(METERED, false)).isFalse();
    assertThat(board.lines())
        .containsExactly(new FactBoard.Line(METERED, Optional.of(true), NOON, true, false));
    board.unsay(METERED);
    assertThat(board.yesNo(Fact.METERED, "")).isFalse();
    assertThat(board.lines().getFirst().said()).isFalse();
  }

  @Test
  void whatCanBeMeasuredIsNotSaid() {
    assertThatThrownBy(() -> board.say(TCP, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can only be measured");
  }

  @Test
  void forgetsWhatNobodyAsks() {
    board.observe(TCP, true);
    board.observe(WEB, Duration.ofMillis(1));
    board.retain(Set.of(TCP));
    assertThat(board.lines()).extracting(FactBoard.Line::key).containsExactly(TCP);
    assertThat(board.quantity(Fact.ROUND_TRIP, "web")).isEqualTo(FactSource.UNKNOWN_DURATION);
  }

  private void pass(long seconds) {
    nanos += Duration.ofSeconds(seconds).toNanos();
  }
}
