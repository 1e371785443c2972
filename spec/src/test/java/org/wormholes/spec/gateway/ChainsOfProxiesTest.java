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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Gateway.Kind;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.spec.lab.ToLoopback;
import org.wormholes.transport.NettyTransport;

/// Flows through chains of SOCKS and HTTP proxies of every shape up to four.
@Timeout(60)
class ChainsOfProxiesTest {
  private static final String NAME = "echo.test";
  private static final FlowRequest.Credentials WHO = new FlowRequest.Credentials("ann", "s3cret");

  private final NettyTransport transport = NettyTransport.open();
  private final List<Listener> proxies = new ArrayList<>();

  /// What each proxy was asked for, in order: its place in the chain and the host.
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private ServerSocket echo;
  private Engine engine;

  static Stream<List<Kind>> shapes() {
    List<List<Kind>> all = new ArrayList<>();
    List<List<Kind>> last = List.of(List.of());
    for (int length = 1; length <= 4; length++) {
      List<List<Kind>> next = new ArrayList<>();
      for (List<Kind> shape : last) {
        for (Kind kind : List.of(Kind.SOCKS, Kind.HTTP)) {
          List<Kind> longer = new ArrayList<>(shape);
          longer.add(kind);
          next.add(longer);
        }
      }
      all.addAll(next);
      last = next;
    }
    return all.stream();
  }

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("echo").start(this::answer);
    NodeKey key = NodeKey.create(new SecureRandom()::nextBytes);
    engine = Engine.start(NodeSettings.client(key, List.of()), transport, GuardStore.NONE);
  }

  @AfterEach
  void stop() throws IOException {
    echo.close();
    engine.close();
    proxies.forEach(Listener::close);
    transport.close();
  }

  /// One visitor after the other.
  private void answer() {
    while (!echo.isClosed()) {
      try (Socket visitor = echo.accept()) {
        visitor.getInputStream().transferTo(visitor.getOutputStream());
      } catch (IOException over) {
        // The next one, or none where the test is over.
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aChainIsWholeOrNoFlow(List<Kind> shape) throws IOException {
    List<Gateway> gateways = new ArrayList<>();
    List<Listener> links = new ArrayList<>();
    for (Kind kind : shape) {
      int place = links.size();
      Listener proxy = proxy(place);
      links.add(proxy);
      Gateway.Server server = new Gateway.Server("127.0.0.1", portOf(proxy), "ann", "s3cret");
      gateways.add(
          new Gateway(
              "g" + place,
              kind,
              Optional.of(server),
              place == 0 ? Optional.empty() : Optional.of("g" + (place - 1)),
              place == shape.size() - 1
                  ? List.of(new Entry.Socks(new Entry.Listen(0), false))
                  : List.of(),
              Isolation.DEFAULT));
    }
    int entry = apply(gateways);

    assertThat(said(entry, "hello")).isEqualTo("hello");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < shape.size() - 1; i++) {
      expected.add(i + " 127.0.0.1");
    }
    expected.add(shape.size() - 1 + " " + NAME);
    assertThat(asked).isEqualTo(expected);

    for (int missing = shape.size() - 1; missing >= 0; missing--) {
      asked.clear();
      links.get(missing).close();
      assertThatThrownBy(() -> said(entry, "hello")).isInstanceOf(IOException.class);
      assertThat(asked).isEqualTo(expected.subList(0, missing));
    }
  }

  private int apply(List<Gateway> gateways) {
    Ruleset ruleset =
        new Ruleset("chain", "1", List.of(), List.of(), List.of(), gateways, List.of(), List.of());
    engine.apply(ruleset, SourceMap.EMPTY).toCompletableFuture().join();
    String address =
        engine.status().listening().stream()
            .filter(port -> port.tunnel().equals(gateways.getLast().name()))
            .findFirst()
            .orElseThrow()
            .address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private String said(int entry, String text) throws IOException {
    InetSocketAddress proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), entry);
    try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, proxy))) {
      socket.setSoTimeout(10_000);
      socket.connect(InetSocketAddress.createUnresolved(NAME, echo.getLocalPort()), 10_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      byte[] back = socket.getInputStream().readNBytes(text.length());
      return new String(back, StandardCharsets.UTF_8);
    }
  }

  /// A proxy that knows one name, and writes down what it is asked for.
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

  private final class Recording implements FlowAcceptor {
    private final int place;

    Recording(int place) {
      this.place = place;
    }

    @Override
    public void open(FlowRequest request, PendingFlow pending) {
      EntrySpec.Target to = request.target();
      boolean known = to.host().equals(NAME) || to.host().equals("127.0.0.1");
      boolean may = request.credentials().equals(Optional.of(WHO));
      if (!known || !may) {
        pending.refuse(Refusal.NOT_ALLOWED);
        return;
      }
      asked.add(place + " " + to.host());
      ToLoopback.lead(transport, to.port(), pending);
    }

    @Override
    public DatagramHandler associate(FlowRequest request, DatagramPort port) {
      throw new UnsupportedOperationException("no datagrams are asked for");
    }
  }
}
