package org.wormholes.protocol.onion;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Entropy;

final class RehearsalTest {
  @Test
  void playsMoreSetUpsThanOneReplayCacheHolds() {
    Entropy entropy = new RepeatingEntropy("rehearsal");

    assertThatCode(() -> Rehearsal.play(1_001, entropy)).doesNotThrowAnyException();
  }

  @Test
  void isPlayedByTheRulesOfRealOnes() {
    Entropy stuck = zeros -> {};

    assertThatThrownBy(() -> Rehearsal.play(2, stuck)).isInstanceOf(SetupException.class);
  }
}
