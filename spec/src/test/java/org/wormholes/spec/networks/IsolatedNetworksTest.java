package org.wormholes.spec.networks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.HopView;

/// Several networks of one process: what is known and told in one is neither known nor told in
/// another.
final class IsolatedNetworksTest {
  private static final Network LEFT = new Network("left", true, List.of());
  private static final Network RIGHT = new Network("right", true, List.of());

  @Test
  void noNodeOfOneNetworkIsToldOrUsedInAnother() throws Exception {
    try (Peers peers = new Peers()) {
      Engine both = peers.relay(LEFT, RIGHT);
      String contact = Peers.contact(both);
      Engine left = peers.relay(LEFT.withBootstraps(List.of(contact)));
      Engine right = peers.relay(RIGHT.withBootstraps(List.of(contact)));
      Network inLeft = LEFT.withBootstraps(List.of(contact));
      Network inRight = RIGHT.withBootstraps(List.of(contact));
      Engine client = peers.client();
      Peers.apply(client, Peers.tunnels(2, inLeft, inRight));
      Peers.await(
          "circuits over both", client, () -> ready(client, "left") && ready(client, "right"));

      assertThat(hops(client, "left")).contains(left.id().address());
      assertThat(hops(client, "left")).doesNotContain(right.id().address());
      assertThat(hops(client, "right")).contains(right.id().address());
      assertThat(hops(client, "right")).doesNotContain(left.id().address());
      assertThat(networksOf(client, both)).containsExactlyInAnyOrder(LEFT.id(), RIGHT.id());
      assertThat(networksOf(client, left)).containsExactly(LEFT.id());

      try (Caller tap =
          new Caller(Peers.place(both), both.id(), null, Caller.presenting(id(RIGHT), both.id()))) {
        tap.run(2_500);
        assertThat(tap.nodes())
            .extracting(node -> node.id().address())
            .containsExactlyInAnyOrder(both.id().address(), right.id().address());
        assertThat(tap.heard()).contains(text(right.id().key()));
        assertThat(tap.heard()).doesNotContain(text(left.id().key()));
        assertThat(tap.heard()).doesNotContain(text(id(LEFT)));
      }
    }
  }

  @Test
  void whoAsksForNoNetworkOrAnUnknownOneIsRefusedUnheard() throws Exception {
    try (Peers peers = new Peers()) {
      Engine node = peers.relay(LEFT);
      List<List<Bytes>> openings = List.of(List.of(), Caller.presenting(id(RIGHT), node.id()));
      for (List<Bytes> opening : openings) {
        try (Caller stranger = new Caller(Peers.place(node), node.id(), null, opening)) {
          stranger.run(5_000);
          assertThat(stranger.isOver()).as("closed").isTrue();
          assertThat(stranger.heard()).isEmpty();
        }
      }
    }
  }

  private static boolean ready(Engine client, String tunnel) {
    return client.circuits().stream()
        .anyMatch(each -> each.tunnel().equals(tunnel) && each.state() == CircuitView.State.READY);
  }

  private static List<String> hops(Engine client, String tunnel) {
    return client.circuits().stream()
        .filter(each -> each.tunnel().equals(tunnel))
        .flatMap(each -> each.hops().stream())
        .map(HopView::node)
        .toList();
  }

  private static List<String> networksOf(Engine seen, Engine node) {
    return seen.nodes().stream()
        .filter(each -> each.node().equals(node.id().address()))
        .flatMap(each -> each.networks().stream())
        .toList();
  }

  static Bytes id(Network network) {
    return Bytes.of(network.idBytes());
  }

  static String text(Bytes bytes) {
    return new String(bytes.toArray(), StandardCharsets.ISO_8859_1);
  }

  static String text(NodeId node) {
    return text(node.key());
  }
}
