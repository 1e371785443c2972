package org.wormholes.transport.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.embed.ChannelBridge;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.NettyOptions.Polling;
import org.wormholes.transport.socket.Works;
import org.wormholes.transport.tls.OwnCertificate;
import org.wormholes.transport.tls.Pins;

@Timeout(60)
class QuicCarrierTest {
  @TempDir private Path folder;
  private final List<NettyTransport> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(NettyTransport::close);
  }

  private NettyTransport transport(Polling polling, Map<String, String> options) {
    NettyTransport transport =
        NettyTransport.open(
            NettyOptions.defaults().withPolling(polling).withLoops(2),
            EntryLimits.defaults(),
            new CarrierSettings(Optional.of(folder), Map.of("quic", options)));
    open.add(transport);
    return transport;
  }

  private NettyTransport transport(Map<String, String> options) {
    return transport(NettyOptions.defaults().polling(), options);
  }

  private static Carrier quic(NettyTransport transport) {
    return transport.carriers().stream()
        .filter(it -> it.name().equals("quic"))
        .findFirst()
        .orElseThrow();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static Listener listen(NettyTransport transport, CompletableFuture<Connection> accepted)
      throws Exception {
    return get(quic(transport).listen(transport.loops(), "127.0.0.1:0", accepted::complete));
  }

  private static CompletableFuture<Connection> dial(NettyTransport transport, String address) {
    CompletableFuture<Connection> dialled = new CompletableFuture<>();
    quic(transport)
        .dial(
            transport.loops().getFirst(),
            address,
            Duration.ofSeconds(3),
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

  private static void writeAll(ChannelBridge to, byte[] bytes) {
    try {
      to.write(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] read(ChannelBridge from, int length) throws IOException {
    ByteBuffer heard = ByteBuffer.allocate(length);
    while (heard.hasRemaining() && from.read(heard) >= 0) {
      assertThat(heard.position()).isPositive();
    }
    return Arrays.copyOf(heard.array(), heard.position());
  }

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void carriesBothWaysAndEndsEachDirection(Polling polling) throws Exception {
    Works.here(polling);
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = listen(transport(polling, Map.of()), accepted);
    Connection dialled = get(dial(transport(polling, Map.of()), listener.address()));
    assertThat(dialled.remoteAddress()).isEqualTo(listener.address());
    ChannelBridge near = ChannelBridge.over(dialled);
    byte[] sent = random(1, 6_000_000);
    Thread writer = Thread.ofPlatform().daemon().start(() -> writeAll(near, sent));
    ChannelBridge far = ChannelBridge.over(get(accepted));
    assertThat(Arrays.equals(read(far, sent.length), sent)).isTrue();
    writer.join();
    Thread back = Thread.ofPlatform().daemon().start(() -> writeAll(far, sent));
    assertThat(Arrays.equals(read(near, sent.length), sent)).isTrue();
    back.join();
    near.shutdownOutput();
    assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    writeAll(far, new byte[] {7});
    far.shutdownOutput();
    assertThat(read(near, 2)).containsExactly(7);
  }

  /// What was written last arrives although both sides close at once.
  @Test
  void losesNothingThatWasWrittenBeforeClose() throws Exception {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    NettyTransport server = transport(Map.of());
    Listener listener = listen(server, accepted);
    Connection dialled = get(dial(transport(Map.of()), listener.address()));
    byte[] sent = random(2, 1_500_000);
    dialled
        .loop()
        .execute(() -> {
          dialled.write(sent, 0, sent.length);
          dialled.flush();
          dialled.close();
        });
    ChannelBridge far = ChannelBridge.over(get(accepted));
    assertThat(Arrays.equals(read(far, sent.length), sent)).isTrue();
    assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void anAbortIsAResetAtTheOtherSide() throws Exception {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = listen(transport(Map.of()), accepted);
    Connection dialled = get(dial(transport(Map.of()), listener.address()));
    dialled.loop().execute(() -> say(dialled, 1));
    Connection far = get(accepted);
    Ends ends = new Ends();
    CompletableFuture<Void> heard = new CompletableFuture<>();
    far.loop()
        .execute(() -> {
          far.handler(ends);
          far.reading(true);
          heard.complete(null);
        });
    get(heard);
    dialled.loop().execute(dialled::abort);
    assertThat(ends.closed.get(5, TimeUnit.SECONDS)).isNotEmpty();
    assertThat(ends.inputFinished).isFalse();
  }

  /// The way of a dialler whose address changes, and that of one whose NAT forgets it: both sides
  /// hear of a reset, so that the link is moved.
  @Test
  void endsWhenTheDiallersAddressChanges() throws Exception {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    Listener listener = listen(transport(Map.of()), accepted);
    int port = HostPort.parse(listener.address()).orElseThrow().port();
    try (Rebinding nat = new Rebinding(port)) {
      Connection dialled = get(dial(transport(Map.of()), "127.0.0.1:" + nat.port()));
      Ends ends = new Ends();
      dialled
          .loop()
          .execute(() -> {
            dialled.handler(ends);
            dialled.reading(true);
            say(dialled, 1);
          });
      get(accepted);
      nat.rebind();
      dialled.loop().execute(() -> say(dialled, 2));
      assertThat(ends.closed.get(5, TimeUnit.SECONDS)).isNotEmpty();
      assertThat(ends.inputFinished).isFalse();
    }
  }

  private static void say(Connection connection, int one) {
    connection.write(new byte[] {(byte) one}, 0, 1);
    connection.flush();
  }

  @Test
  void takesPinnedKeysOnly() throws Exception {
    Listener listener = listen(transport(Map.of()), new CompletableFuture<>());
    OwnCertificate own =
        OwnCertificate.in(
            folder.resolve("quic"), "localhost", Clock.system(ZoneId.systemDefault()).instant());
    String pin = Pins.of(own.certificate().orElseThrow());
    get(dial(transport(Map.of("pin", pin)), listener.address()));
    NettyTransport other = transport(Map.of("pin", "0".repeat(64)));
    assertThatThrownBy(() -> get(dial(other, listener.address())))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("FAILED");
  }

  /// A lookup would tell the local resolver whom a node talks to.
  @ParameterizedTest
  @ValueSource(strings = {"localhost:80", "1.2.3.4", "1.2.3.4:0", "", "1.2.3.4:5,name=a b"})
  void dialsAddressesOnly(String address) {
    assertThatThrownBy(() -> get(dial(transport(Map.of()), address)))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("FAILED");
  }

  @Test
  void saysThatNobodyAnswered() throws Exception {
    try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> get(dial(transport(Map.of()), "127.0.0.1:" + mute.getLocalPort())))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("TIMED_OUT");
    }
  }

  @Test
  void namesThePortThatIsTakenAndFreesItsOwn() throws Exception {
    NettyTransport transport = transport(Map.of());
    Listener first = listen(transport, new CompletableFuture<>());
    assertThatThrownBy(
            () -> get(quic(transport).listen(transport.loops(), first.address(), it -> {})))
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessage("could not listen on " + first.address() + ": address already in use");
    get(first.close());
    get(quic(transport).listen(transport.loops(), first.address(), it -> {}));
  }

  @Test
  void refusesOptionsItDoesNotKnow() {
    assertThatThrownBy(() -> transport(Map.of("engine", "jdk")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the carrier quic has no option engine");
  }

  /// Hears how a connection ends.
  private static final class Ends implements ConnectionHandler {
    final CompletableFuture<String> closed = new CompletableFuture<>();
    volatile boolean inputFinished;

    @Override
    public void onRead(ByteBuffer in) {
      in.position(in.limit());
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onInputFinished() {
      inputFinished = true;
    }

    @Override
    public void onClosed(@Nullable String cause) {
      closed.complete(cause == null ? "" : cause);
    }
  }

  /// A NAT that forgets whom it knows: what it sends on comes from a new port each time.
  private static final class Rebinding implements AutoCloseable {
    private final DatagramSocket inside = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final InetSocketAddress server;
    private final List<DatagramSocket> outsides = new ArrayList<>();
    private volatile DatagramSocket outside;
    private volatile @Nullable InetSocketAddress client;

    Rebinding(int server) throws IOException {
      this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), server);
      this.outside = newOutside();
      Thread.ofPlatform().daemon().name("nat-out").start(this::outwards);
    }

    int port() {
      return inside.getLocalPort();
    }

    void rebind() throws IOException {
      DatagramSocket before = outside;
      outside = newOutside();
      before.close();
    }

    private DatagramSocket newOutside() throws IOException {
      DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      outsides.add(socket);
      Thread.ofPlatform().daemon().name("nat-in").start(() -> inwards(socket));
      return socket;
    }

    private void outwards() {
      DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
      try {
        while (true) {
          packet.setLength(65_536);
          inside.receive(packet);
          client = (InetSocketAddress) packet.getSocketAddress();
          packet.setSocketAddress(server);
          sendOut(packet);
        }
      } catch (IOException closed) {
        return;
      }
    }

    private void sendOut(DatagramPacket packet) {
      try {
        outside.send(packet);
      } catch (IOException rebound) {
        // Lost, as packets are.
        return;
      }
    }

    private void inwards(DatagramSocket from) {
      DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
      try {
        while (true) {
          packet.setLength(65_536);
          from.receive(packet);
          packet.setSocketAddress(client);
          inside.send(packet);
        }
      } catch (IOException closed) {
        return;
      }
    }

    @Override
    public void close() {
      inside.close();
      outsides.forEach(DatagramSocket::close);
    }
  }
}
