package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.Explainer;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.socket.NettyOptions;

/// Links over several carriers: the order of a rule is kept, and an address that was not announced
/// is known to nobody.
@Timeout(60)
class CarriersTest {
  private static final String NETWORK = "carriers";

  private final NettyTransport transport =
      NettyTransport.open(NettyOptions.defaults().withLoops(1));
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    transport.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String at(int port) {
    return "127.0.0.1:" + port;
  }

  private Engine relay(int tcp, int tls, Map<String, String> announce) throws IOException {
    return start(Map.of("tcp", at(tcp), "tls", at(tls)), announce);
  }

  private Engine start(Map<String, String> listen, Map<String, String> announce)
      throws IOException {
    NodeSettings settings =
        new NodeSettings(
            LocalNetwork.newKey(),
            List.of(new Network(NETWORK, true, List.of())),
            Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
            listen,
            announce,
            "",
            "",
            "",
            0,
            Optional.of(LocalNetwork.LOOPBACK_EXIT),
            NodeSettings.DEFAULT_MEMORY);
    return Engine.start(settings, transport, GuardStore.NONE);
  }

  private Engine client(Engine relay, List<String> carry) throws IOException {
    String tcp = Objects.requireNonNull(relay.carrierAddresses().get("tcp"));
    return client(List.of(new NodeUri(relay.id(), "tcp", tcp)), carry);
  }

  private Engine client(List<NodeUri> contacts, List<String> carry) throws IOException {
    Network network = new Network(NETWORK, true, contacts.stream().map(NodeUri::format).toList());
    Engine client =
        Engine.start(
            NodeSettings.client(LocalNetwork.newKey(), List.of(network)),
            transport,
            GuardStore.NONE);
    var _ =
        client.events(event -> {
          if (event.kind() == EngineEvent.Kind.LINK_UP
              || event.kind() == EngineEvent.Kind.LINK_DOWN
              || event.kind() == EngineEvent.Kind.CIRCUIT_BUILT
              || event.kind() == EngineEvent.Kind.NODE_FOUND) {
            told.add(event.message());
          }
        });
    client.apply(rules(network, carry), SourceMap.EMPTY).toCompletableFuture().join();
    return client;
  }

  private static Ruleset rules(Network network, List<String> carry) {
    Tunnel tunnel =
        new Tunnel(
            "web",
            NETWORK,
            List.of(new Entry.Socks(new Entry.Listen(0), false)),
            Relays.any(1),
            LocalNetwork.LOOPBACK_EXIT,
            carry,
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    return new Ruleset("test", "1", List.of(network), List.of(tunnel), List.of(), List.of());
  }

  private void await(String message) throws InterruptedException {
    String next;
    do {
      next = told.poll(20, TimeUnit.SECONDS);
      assertThat(next).as("waiting for: " + message).isNotNull();
    } while (!next.equals(message));
  }

  @Test
  void aTunnelRunsOverTheCarrierItNamesAlthoughALinkOverAnotherIsUp() throws Exception {
    int tcp = freePort();
    int tls = freePort();
    try (Engine relay = relay(tcp, tls, Map.of("tcp", at(tcp), "tls", at(tls)));
        Engine _ = client(relay, List.of("tls"))) {
      await("link over tcp is up");
      await("link over tls is up");
      await("circuit of tunnel web is ready");
    }
  }

  @Test
  void carriersAreTriedInOrderAndARefusalIsTold() throws Exception {
    int tcp = freePort();
    try (Engine relay = relay(tcp, freePort(), Map.of("tcp", at(tcp), "tls", at(1)));
        Engine client = client(relay, List.of("tls", "tcp"))) {
      await("no link over tls: REFUSED");
      await("circuit of tunnel web is ready");
      assertThat(client.carrierView("tls").orElseThrow().lastRefusal().orElseThrow())
          .satisfies(refusal -> {
            assertThat(refusal.reason()).isEqualTo("refused");
            assertThat(refusal.node()).isEqualTo(relay.id().address());
          });
      Explanation why =
          Explainer.live(client.applied().orElseThrow().ruleset(), SourceMap.EMPTY, client)
              .explain("https://example.org", "", "web", LocalDateTime.of(2026, 1, 1, 12, 0));
      assertThat(why.path().orElseThrow().carriers().getFirst().why())
          .contains("; last refusal ")
          .endsWith(relay.id().address().substring(0, 8) + ": refused");
      assertThat(client.status().carriers())
          .filteredOn(it -> it.carrier().equals("tls"))
          .singleElement()
          .satisfies(it -> assertThat(it.failures()).isPositive());
    }
  }

  @Test
  void aNodeIsMetOverTheCarrierThatItsAddressNames() throws Exception {
    int tls = freePort();
    try (Engine relay = relay(freePort(), tls, Map.of("tls", at(tls)))) {
      assertThat(relay.addresses())
          .extracting(NodeUri::format)
          .first()
          .isEqualTo("wormhole://" + relay.id().address() + "@tls+" + at(tls));
      try (Engine _ = client(relay.addresses().subList(0, 1), List.of("tls"))) {
        await("link over tls is up");
        await("circuit of tunnel web is ready");
        assertThat(told).noneMatch(message -> message.contains("tcp"));
      }
    }
  }

  @Test
  void ofSeveralAddressesOfANodeTheOneThatWorksIsFound() throws Exception {
    int tcp = freePort();
    try (Engine relay = relay(tcp, freePort(), Map.of("tcp", at(tcp)))) {
      List<NodeUri> places =
          List.of(
              new NodeUri(relay.id(), "127.0.0.1", 1), new NodeUri(relay.id(), "127.0.0.1", tcp));
      try (Engine _ = client(places, List.of("tcp"))) {
        await("circuit of tunnel web is ready");
      }
    }
  }

  @Test
  void aCarrierThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
    Map<String, String> listen = Map.of("pigeon", "127.0.0.1:0");
    assertThatThrownBy(() -> start(listen, Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageMatching("there is no carrier pigeon, there are .*tcp.*");
    assertThatThrownBy(() -> start(Map.of("tls", at(freePort())), Map.of("tls", "tower:443")))
        .isInstanceOf(IOException.class)
        .hasMessage("could not announce tls=tower:443: expected ip:port[,name=NAME]");
  }

  @Test
  void anAddressThatIsNotAnnouncedIsKnownToNobody() throws Exception {
    int tcp = freePort();
    try (Engine relay = relay(tcp, freePort(), Map.of("tcp", at(tcp)));
        Engine client = client(relay, List.of("tcp"))) {
      await("circuit of tunnel web is ready");
      assertThat(client.nodes())
          .extracting(NodeView::addresses)
          .containsExactly(Map.of("tcp", at(tcp)));
    }
  }
}
