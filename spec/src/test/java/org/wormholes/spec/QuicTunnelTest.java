package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.rules.Isolation;
import org.wormholes.transport.NettyTransport;

/// Tunnels over the carrier `quic`.
@Timeout(60)
class QuicTunnelTest {
  @Test
  void aTunnelCarriesBytesThroughThreeHopsThatAreReachedOverQuicOnly() throws Exception {
    assumeTrue(NettyTransport.hasQuic(), "this machine has no QUIC library");
    try (LocalNetwork network = LocalNetwork.over("quic", 4)) {
      network.awaitKnown();
      int proxy = network.apply(network.tunnel(3, Isolation.DEFAULT));
      network.awaitReady();
      Echo.through(proxy, 8 << 20, 1);
      assertThat(network.client().nodes())
          .filteredOn(node -> !node.self())
          .hasSize(4)
          .allSatisfy(node -> assertThat(node.addresses()).containsOnlyKeys("quic"));
    }
  }
}
