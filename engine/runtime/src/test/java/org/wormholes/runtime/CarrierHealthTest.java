package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When a carrier counts as down.
final class CarrierHealthTest {
  private final CarrierHealth health = new CarrierHealth();

  @Test
  void oneThatWasNeverTriedIsUp() {
    assertThat(health.isUp("tcp")).isTrue();
  }

  @Test
  void someFailuresInARowMakeItDownUntilALinkIsUp() {
    fail(CarrierHealth.FAILURES - 1);
    assertThat(health.isUp("tcp")).isTrue();
    fail(1);
    assertThat(health.isUp("tcp")).isFalse();
    assertThat(health.isUp("tor")).isTrue();
    health.linkUp("tcp");
    assertThat(health.isUp("tcp")).isTrue();
  }

  @Test
  void failuresSayNothingWhileALinkIsUp() {
    health.linkUp("tcp");
    fail(10);
    assertThat(health.isUp("tcp")).isTrue();
    health.linkDown("tcp");
    assertThat(health.isUp("tcp")).isFalse();
  }

  @Test
  void aLinkEndsTheRow() {
    fail(CarrierHealth.FAILURES);
    health.linkUp("tcp");
    health.linkDown("tcp");
    assertThat(health.isUp("tcp")).isTrue();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      health.dialFailed("tcp");
    }
  }
}
