package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;

class IntroductionsTest {
  private static final NodeId NODE = NodeKey.ofSeed(new byte[32]).id();

  @Test
  void carriersAreTriedInTheOrderOfTheUris() {
    List<NodeUri> places =
        List.of(new NodeUri(NODE, "tls", "192.0.2.1:443"), new NodeUri(NODE, "192.0.2.1", 4040));
    assertThat(Introductions.chosen(places, 0))
        .containsExactly(Map.entry("tls", "192.0.2.1:443"), Map.entry("tcp", "192.0.2.1:4040"));
  }

  @Test
  void addressesOverOneCarrierTakeTurns() {
    List<NodeUri> places =
        List.of(
            new NodeUri(NODE, "192.0.2.1", 1),
            new NodeUri(NODE, "2001:db8::1", 2),
            new NodeUri(NODE, "tls", "192.0.2.1:443"));
    assertThat(Introductions.chosen(places, 0)).containsEntry("tcp", "192.0.2.1:1");
    assertThat(Introductions.chosen(places, 1))
        .containsEntry("tcp", "[2001:db8::1]:2")
        .containsEntry("tls", "192.0.2.1:443");
    assertThat(Introductions.chosen(places, 2)).containsEntry("tcp", "192.0.2.1:1");
    assertThat(Introductions.chosen(places, Integer.MIN_VALUE + 1)).hasSize(2);
  }
}
