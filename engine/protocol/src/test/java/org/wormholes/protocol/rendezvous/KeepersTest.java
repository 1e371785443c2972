package org.wormholes.protocol.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;

final class KeepersTest {
  @Test
  void twoWhoseViewsDifferMeet() {
    List<NodeId> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(Services.relay(i));
    }
    Random random = new Random(1);
    for (int trial = 0; trial < 100; trial++) {
      NodeId blinded = Services.key(5_000 + trial).id();
      List<NodeId> published = Keepers.of(without(all, 5, random), blinded, Keepers.REPLICAS);
      List<NodeId> asked = Keepers.of(without(all, 5, random), blinded, Keepers.ASKED);
      assertThat(published).hasSize(Keepers.REPLICAS);
      // A third of each view is missing in the other's.
      assertThat(asked).as("trial " + trial).containsAnyElementsOf(published);
    }
  }

  private static List<NodeId> without(List<NodeId> all, int oneIn, Random random) {
    return all.stream().filter(_ -> random.nextInt(oneIn) != 0).toList();
  }

  @Test
  void theOrderOfTheViewDoesNotMatter() {
    List<NodeId> all = List.of(Services.relay(1), Services.relay(2), Services.relay(3));
    NodeId blinded = Services.CREDENTIAL.blinded();
    assertThat(Keepers.of(all.reversed(), blinded, 2)).isEqualTo(Keepers.of(all, blinded, 2));
  }

  @Test
  void aServiceIsThereForClocksThatDiffer() {
    Instant midnight = Instant.parse("2026-05-05T00:00:00Z");
    long day = Periods.at(midnight);
    assertThat(Periods.near(midnight.plusSeconds(1_800))).containsExactly(day - 1, day);
    assertThat(Periods.near(midnight.minusSeconds(1_800))).containsExactly(day - 1, day);
    assertThat(Periods.near(Services.NOW)).containsExactly(day);
  }
}
