package org.wormholes.spec.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Gateway.Kind;
import org.wormholes.rules.Gateway.Server;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.Via;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.control.Explainer;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.ToLoopback;
import org.wormholes.transport.NettyTransport;

/// Flows that leave a tunnel into proxies of others, over real sockets: relays, then one proxy, or
/// several one after the other.
@Timeout(90)
final class ExitsIntoGatewaysTest {
  private static final String NAME = "echo.test";

  private final NettyTransport transport = NettyTransport.open();
  private final List<Listener> proxies = new ArrayList<>();

  /// What each proxy was asked for, in order: its place in the chain and the host.
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private LocalNetwork network;
  private ServerSocket echo;

  @BeforeEach
  void start() throws IOException {
    network = LocalNetwork.of(2);
    network.apply(network.tunnel(2, Isolation.DEFAULT));
    network.awaitKnown();
    echo = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("echo").start(this::answer);
  }

  @AfterEach
  void stop() throws IOException {
    echo.close();
    network.close();
    proxies.forEach(Listener::close);
    transport.close();
  }

  private void answer() {
    while (!echo.isClosed()) {
      try (Socket visitor = echo.accept()) {
        visitor.getInputStream().transferTo(visitor.getOutputStream());
      } catch (IOException over) {
        // The next one, or none where the test is over.
      }
    }
  }

  @Test
  void everyLinkBehindTheExitIsPassedAndAMissingOneIsARefusal() throws Exception {
    for (List<Kind> shape :
        List.of(
            List.of(Kind.SOCKS),
            List.of(Kind.HTTP, Kind.SOCKS),
            List.of(Kind.SOCKS, Kind.HTTP, Kind.SOCKS),
            List.of(Kind.HTTP, Kind.SOCKS, Kind.SOCKS, Kind.HTTP))) {
      asked.clear();
      List<Listener> links = new ArrayList<>();
      List<Gateway> gateways = new ArrayList<>();
      for (Kind kind : shape) {
        Listener proxy = proxy(links.size());
        links.add(proxy);
        Gateway link =
            Gateway.of("g" + gateways.size(), kind, new Server("127.0.0.1", portOf(proxy)));
        gateways.add(gateways.isEmpty() ? link : link.through(gateways.getLast().name()));
      }
      int entry = apply(gateways, new Via(gateways.getLast().name(), Exprs.YES));
      assertThat(said(entry, NAME)).isEqualTo("hello");
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < shape.size() - 1; i++) {
        expected.add(i + " 127.0.0.1");
      }
      expected.add(shape.size() - 1 + " " + NAME);
      assertThat(asked).isEqualTo(expected);
      assertThat(network.client().circuits()).anyMatch(each -> each.hops().size() == 2);

      for (int missing = shape.size() - 1; missing >= 0; missing--) {
        asked.clear();
        links.get(missing).close().toCompletableFuture().join();
        assertThatThrownBy(() -> said(entry, NAME)).isInstanceOf(IOException.class);
        assertThat(asked).isEqualTo(expected.subList(0, missing));
      }
    }
  }

  @Test
  void onlyWhatTheConditionSaysLeavesIntoTheGateway() throws Exception {
    Listener proxy = proxy(0);
    Gateway office = Gateway.of("office", Kind.SOCKS, new Server("127.0.0.1", portOf(proxy)));
    Expr named =
        new Expr.Compare(Expr.Comparison.EQUAL, new Expr.FactRef(Fact.HOST), new Expr.Text(NAME));
    int entry = apply(List.of(office), new Via("office", named));
    assertThat(said(entry, "127.0.0.1")).isEqualTo("hello");
    assertThat(asked).isEmpty();
    assertThat(said(entry, NAME)).isEqualTo("hello");
    assertThat(asked).containsExactly("0 " + NAME);

    Explanation beyond = explained(NAME + ":80");
    assertThat(beyond.resolvedAt()).isEqualTo("gateway");
    assertThat(beyond.resolution()).contains("by the proxy", "reached by web, then office");
    assertThat(explained("other.test:80").resolvedAt()).isEqualTo("exit");
    assertThat(explained("udp://" + NAME + ":53").outcome()).isEqualTo("refuse");
    assertThat(network.client().status().gateways())
        .singleElement()
        .matches(view -> view.name().equals("web.office"))
        .matches(view -> view.chain().equals(List.of("web", "web.office")));
  }

  // ---- the network

  private int apply(List<Gateway> gateways, Via via) {
    Tunnel plain = network.tunnel(2, Isolation.DEFAULT).tunnels().getFirst();
    Tunnel web =
        new Tunnel(
            "web",
            plain.network(),
            plain.entries(),
            plain.relays(),
            new Exit(plain.exit().clauses(), plain.exit().resolve(), List.of(via)),
            plain.carry(),
            plain.rotateEvery(),
            plain.isolation(),
            plain.earlyData(),
            plain.shape());
    return network.apply(
        new Ruleset(
            "exits",
            "1",
            List.of(new Network(LocalNetwork.NETWORK, true, List.of(network.bootstrap()))),
            List.of(web),
            List.of(),
            gateways,
            List.of(new Route(new Verdict.To("web"), Exprs.YES)),
            List.of()));
  }

  private Explanation explained(String flow) {
    Ruleset rules = network.client().applied().orElseThrow().ruleset();
    return Explainer.live(rules, SourceMap.EMPTY, network.client())
        .explain(flow, "", "", LocalDateTime.of(2026, 1, 1, 12, 0));
  }

  private String said(int entry, String host) throws IOException {
    InetSocketAddress proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), entry);
    try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, proxy))) {
      socket.setSoTimeout(10_000);
      socket.connect(InetSocketAddress.createUnresolved(host, echo.getLocalPort()), 10_000);
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readNBytes(5), StandardCharsets.UTF_8);
    }
  }

  // ---- proxies

  private Listener proxy(int place) {
    EntrySpec spec =
        new EntrySpec("p" + place, EntrySpec.Kind.SOCKS, "127.0.0.1", 0, false, Optional.empty());
    Listener listener = transport.listen(spec, new Recording(place)).toCompletableFuture().join();
    proxies.add(listener);
    return listener;
  }

  private static int portOf(Listener listener) {
    return Integer.parseInt(listener.address().substring(listener.address().lastIndexOf(':') + 1));
  }

  /// A proxy that writes down what it is asked for, and leads to this machine.
  private final class Recording implements FlowAcceptor {
    private final int place;

    Recording(int place) {
      this.place = place;
    }

    @Override
    public void open(FlowRequest request, PendingFlow pending) {
      asked.add(place + " " + request.target().host());
      ToLoopback.lead(transport, request.target().port(), pending);
    }

    @Override
    public DatagramHandler associate(FlowRequest request, DatagramPort port) {
      throw new UnsupportedOperationException("no datagrams are asked for");
    }
  }
}
