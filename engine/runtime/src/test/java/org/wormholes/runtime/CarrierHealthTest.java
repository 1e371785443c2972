package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.control.CarrierRefusal;
import org.wormholes.runtime.control.CarrierView;
import org.wormholes.runtime.spi.DialListener.DialFailure;

/// When a carrier counts as down.
final class CarrierHealthTest {
  private static final NodeId NODE = NodeKey.ofSeed(new byte[32]).id();

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

  @Test
  void theLastRefusalIsKnownWithItsReason() {
    assertThat(health.view("tcp")).isEqualTo(new CarrierView("tcp", true, 0, 0, Optional.empty()));
    fail(4);
    CarrierRefusal last = new CarrierRefusal(Instant.EPOCH, NODE.address(), "timed out");
    assertThat(health.view("tcp"))
        .isEqualTo(new CarrierView("tcp", false, 0, 4, Optional.of(last)));
    health.linkUp("tcp");
    assertThat(health.view("tcp")).isEqualTo(new CarrierView("tcp", true, 1, 0, Optional.of(last)));
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      health.dialFailed("tcp", NODE, DialFailure.TIMED_OUT, Instant.EPOCH);
    }
  }
}
