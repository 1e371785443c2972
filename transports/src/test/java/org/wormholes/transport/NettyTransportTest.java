package org.wormholes.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.embed.ChannelBridge;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.NettyOptions.Polling;
import org.wormholes.transport.socket.Works;

@Timeout(20)
class NettyTransportTest {
  private NettyTransport transport = NettyTransport.open(NettyOptions.defaults().withLoops(2));

  @AfterEach
  void close() {
    transport.close();
  }

  private void use(NettyOptions options) {
    transport.close();
    transport = NettyTransport.open(options);
  }

  private Carrier tcp() {
    assertThat(transport.carriers()).extracting(Carrier::name).startsWith("tcp").contains("i2p");
    return transport.carriers().getFirst();
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void acceptsOnItsLoopsInTurn(Polling polling) throws Exception {
    Works.here(polling);
    use(NettyOptions.defaults().withPolling(polling).withLoops(3));
    ConcurrentLinkedQueue<Integer> indexes = new ConcurrentLinkedQueue<>();
    CompletableFuture<Void> six = new CompletableFuture<>();
    Listener listener =
        get(
            tcp()
                .listen(
                    transport.loops(),
                    "127.0.0.1:0",
                    connection -> {
                      assertThat(connection.loop().inLoop()).isTrue();
                      indexes.add(connection.loop().index());
                      connection.abort();
                      if (indexes.size() == 6) {
                        six.complete(null);
                      }
                    }));
    int port = HostPort.parse(listener.address()).orElseThrow().port();
    assertThat(port).isPositive();
    for (int i = 0; i < 6; i++) {
      new Socket(InetAddress.getLoopbackAddress(), port).close();
    }
    six.get(5, TimeUnit.SECONDS);
    assertThat(indexes).containsExactlyInAnyOrder(0, 0, 1, 1, 2, 2);
    get(listener.close());
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
        .isInstanceOf(IOException.class);
    // The port is free again.
    get(tcp().listen(transport.loops(), "127.0.0.1:" + port, Connection::abort));
  }

  @Test
  void dialsAndCarriesBothWays() throws Exception {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = get(tcp().listen(transport.loops(), "127.0.0.1:0", accepted::complete));
    Connection dialled = dial(listener.address()).get(5, TimeUnit.SECONDS);
    assertThat(dialled.remoteAddress()).isEqualTo(listener.address());
    ChannelBridge near = ChannelBridge.over(dialled);
    ChannelBridge far = ChannelBridge.over(accepted.get(5, TimeUnit.SECONDS));
    near.write(ByteBuffer.wrap("over".getBytes(UTF_8)));
    near.shutdownOutput();
    ByteBuffer heard = ByteBuffer.allocate(10);
    int got = 0;
    while (got >= 0) {
      got = far.read(heard);
    }
    assertThat(heard.flip()).isEqualTo(ByteBuffer.wrap("over".getBytes(UTF_8)));
  }

  /// A lookup would tell the local resolver whom a node talks to.
  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:80", "example.org:80", "1.2.3.4", "1.2.3.4:0", "", "fe80::1:80"})
  void dialsAddressesOnly(String address) {
    assertThatThrownBy(() -> dial(address).get(5, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("FAILED");
  }

  @Test
  void namesThePortThatCouldNotBeBound() throws Exception {
    Listener first = get(tcp().listen(transport.loops(), "127.0.0.1:0", Connection::abort));
    assertThatThrownBy(
            () -> get(tcp().listen(transport.loops(), first.address(), Connection::abort)))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessage("could not listen on " + first.address() + ": address already in use");
    EntrySpec taken =
        new EntrySpec(
            "web",
            EntrySpec.Kind.SOCKS,
            "127.0.0.1",
            HostPort.parse(first.address()).orElseThrow().port(),
            false,
            Optional.empty());
    assertThatThrownBy(() -> get(transport.listen(taken, new DirectAcceptor(transport))))
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessageContaining(first.address());
  }

  @Test
  void choosesTheCongestionControl() throws Exception {
    assumeTrue(Epoll.isAvailable(), "only epoll can choose");
    Path allowed = Path.of("/proc/sys/net/ipv4/tcp_allowed_congestion_control");
    assumeTrue(Files.exists(allowed) && Files.readString(allowed).contains("reno"));
    use(NettyOptions.defaults().withPolling(Polling.EPOLL).withCongestionControl("reno"));
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = get(tcp().listen(transport.loops(), "127.0.0.1:0", accepted::complete));
    Connection dialled = dial(listener.address()).get(5, TimeUnit.SECONDS);
    assertThat(transport.sockets().congestionControl(dialled)).contains("reno");
    assertThat(transport.sockets().congestionControl(accepted.get(5, TimeUnit.SECONDS)))
        .contains("reno");
  }

  @Test
  void goesOnWithAnUnknownCongestionControl() throws Exception {
    use(NettyOptions.defaults().withCongestionControl("nosuchthing"));
    Listener listener = get(tcp().listen(transport.loops(), "127.0.0.1:0", connection -> {}));
    assertThat(dial(listener.address()).get(5, TimeUnit.SECONDS).writable()).isTrue();
  }

  @Test
  void schedulesAndCallsOff() throws Exception {
    Loop loop = transport.loops().get(1);
    assertThat(loop.index()).isEqualTo(1);
    assertThat(loop.inLoop()).isFalse();
    CompletableFuture<Boolean> ran = new CompletableFuture<>();
    ConcurrentLinkedQueue<String> never = new ConcurrentLinkedQueue<>();
    Loop.Cancellable cancelled = loop.schedule(Duration.ofMillis(10), () -> never.add("ran"));
    cancelled.cancel();
    cancelled.cancel();
    loop.schedule(Duration.ofMillis(30), () -> ran.complete(loop.inLoop()));
    assertThat(ran.get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(never).isEmpty();
  }

  private CompletableFuture<Connection> dial(String address) {
    CompletableFuture<Connection> dialled = new CompletableFuture<>();
    tcp()
        .dial(
            transport.loops().getFirst(),
            address,
            Duration.ofSeconds(5),
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                dialled.complete(connection);
              }

              @Override
              public void onFailed(DialFailure failure) {
                dialled.completeExceptionally(new IOException(failure.name()));
              }
            });
    return dialled;
  }

  private static <T> T get(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  @Test
  void readsItsOptionsFromOneProperty() {
    assertThat(NettyOptions.defaults().highMark()).isEqualTo(512 * 1024);
    System.setProperty("wormholes.transport", "nio");
    try {
      assertThat(NettyOptions.defaults().polling()).isEqualTo(Polling.NIO);
      System.setProperty("wormholes.transport", "pigeon");
      assertThatThrownBy(NettyOptions::defaults)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("pigeon");
    } finally {
      System.clearProperty("wormholes.transport");
    }
    List<String> wrong = List.of("", "a b", "averyverylongname");
    for (String name : wrong) {
      assertThatThrownBy(() -> NettyOptions.defaults().withCongestionControl(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
