package org.wormholes.transport.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.NettyOptions.Polling;

@Timeout(30)
class NettyConnectionTest {
  private @Nullable Sockets sockets;
  private @Nullable ServerSocket server;
  private @Nullable Socket peer;

  @AfterEach
  void close() throws IOException {
    if (sockets != null) {
      sockets.close();
    }
    if (server != null) {
      server.close();
    }
    if (peer != null) {
      peer.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void deliversInOrderWhileItMovesBetweenLoops(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 0);
    int size = 24 << 20;
    byte[] sent = new byte[size];
    new Random(7).nextBytes(sent);
    Collector collector = new Collector(connection);
    Thread.startVirtualThread(() -> peerWrites(sent, true));
    on(connection, () -> collector.start());
    for (int i = 0; i < 40; i++) {
      Loop next = open().loops().get(i % 2);
      CompletableFuture<Boolean> moved = new CompletableFuture<>();
      connection
          .loop()
          .execute(() ->
              connection.moveTo(
                  next, () -> moved.complete(next.inLoop() && connection.loop().equals(next))));
      assertThat(moved.get(5, TimeUnit.SECONDS)).isTrue();
    }
    collector.inputFinished.get(20, TimeUnit.SECONDS);
    assertThat(collector.wrongThread).isFalse();
    assertThat(Arrays.equals(collector.bytes(), sent)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = Polling.class, mode = Mode.EXCLUDE, names = "IO_URING") // see there
  void sendsWhatWasWrittenWhileItMovedWithABlockedPeer(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 16 * 1024);
    byte[] sent = new byte[6 << 20];
    new Random(8).nextBytes(sent);
    on(
        connection,
        () -> {
          connection.handler(new Collector(connection));
          connection.write(sent, 0, sent.length);
          connection.flush();
          return null;
        });
    for (int i = 0; i < 5; i++) {
      Loop next = open().loops().get(1 - connection.loop().index());
      CompletableFuture<Void> moved = new CompletableFuture<>();
      connection.loop().execute(() -> connection.moveTo(next, () -> moved.complete(null)));
      moved.get(5, TimeUnit.SECONDS);
    }
    on(
        connection,
        () -> {
          connection.finish();
          return null;
        });
    assertThat(Arrays.equals(peer().getInputStream().readAllBytes(), sent)).isTrue();
  }

  /// More than once the system takes no more, and takes everything again.
  @ParameterizedTest
  @EnumSource(value = Polling.class, mode = Mode.EXCLUDE, names = "IO_URING") // see there
  void sendsEverythingToASlowPeerThatHasEndedItsDirection(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 16 * 1024);
    byte[] piece = new byte[4 << 20];
    new Random(9).nextBytes(piece);
    Collector collector = new Collector(connection);
    on(connection, collector::start);
    peer().shutdownOutput();
    collector.inputFinished.get(5, TimeUnit.SECONDS);
    for (int i = 0; i < 5; i++) {
      on(
          connection,
          () -> {
            connection.write(piece, 0, piece.length);
            connection.flush();
            return null;
          });
      assertThat(Arrays.equals(peer().getInputStream().readNBytes(piece.length), piece)).isTrue();
    }
    on(
        connection,
        () -> {
          connection.finish();
          return null;
        });
    assertThat(peer().getInputStream().read()).isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void endsEachDirectionOnItsOwn(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 0);
    Collector collector = new Collector(connection);
    on(
        connection,
        () -> {
          collector.start();
          write(connection, "bye");
          connection.finish();
          return null;
        });
    assertThat(new String(peer().getInputStream().readAllBytes(), UTF_8)).isEqualTo("bye");
    peer().getOutputStream().write("still here".getBytes(UTF_8));
    peer().shutdownOutput();
    collector.inputFinished.get(5, TimeUnit.SECONDS);
    assertThat(new String(collector.bytes(), UTF_8)).isEqualTo("still here");
    assertThat(collector.closed.get(5, TimeUnit.SECONDS)).isEqualTo("clean");
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void resetsOnAbortAndHearsOfResets(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 0);
    Collector collector = new Collector(connection);
    on(
        connection,
        () -> {
          collector.start();
          write(connection, "x");
          connection.abort();
          return null;
        });
    assertThatThrownBy(() -> peer().getInputStream().readAllBytes())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
    assertThat(collector.closed.get(5, TimeUnit.SECONDS)).isEqualTo("aborted on this side");
    close();

    Connection second = connect(polling, 0);
    Collector hears = new Collector(second);
    on(second, hears::start);
    peer().setSoLinger(true, 0);
    peer().close();
    assertThat(hears.closed.get(5, TimeUnit.SECONDS)).contains("reset");
    assertThat(hears.inputFinished).isNotDone();
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void stopsBeingWritableForASlowReaderAndStartsAgain(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 16 * 1024);
    Collector collector = new Collector(connection);
    AtomicLong written = new AtomicLong();
    // Asked within the task: how much the kernel takes after it is the kernel's affair.
    long pending =
        on(
            connection,
            () -> {
              collector.start();
              byte[] cell = new byte[16_384];
              while (connection.writable()) {
                connection.write(cell, 0, cell.length);
                connection.flush();
                written.addAndGet(cell.length);
              }
              return connection.pendingBytes();
            });
    assertThat(pending).isBetween(512L * 1024, 700L * 1024);
    byte[] some = peer().getInputStream().readNBytes((int) written.get());
    assertThat(some).hasSize((int) written.get());
    assertThat(collector.writable.get(5, TimeUnit.SECONDS)).isLessThanOrEqualTo(256L * 1024);
    assertThat(on(connection, connection::pendingBytes)).isLessThanOrEqualTo(256L * 1024);
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void deliversNothingAfterReadingWasTurnedOff(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 0);
    Collector collector = new Collector(connection);
    collector.stopAfter = 1;
    on(connection, collector::start);
    byte[] sent = new byte[8 << 20];
    Arrays.fill(sent, (byte) 3);
    Thread writer = Thread.startVirtualThread(() -> peerWrites(sent, true));
    collector.stopped.get(5, TimeUnit.SECONDS);
    int atStop = on(connection, () -> collector.count);
    // A second task runs after whatever the loop would still have delivered.
    connection
        .loop()
        .schedule(Duration.ofMillis(50), () -> collector.later.complete(collector.count));
    assertThat(collector.later.get(5, TimeUnit.SECONDS)).isEqualTo(atStop);
    collector.stopAfter = Integer.MAX_VALUE;
    on(
        connection,
        () -> {
          connection.reading(true);
          return null;
        });
    collector.inputFinished.get(10, TimeUnit.SECONDS);
    writer.join();
    assertThat(collector.bytes()).isEqualTo(sent);
  }

  /// With both directions ended epoll would report a socket without pause, asked or not.
  @ParameterizedTest
  @EnumSource(Polling.class)
  void sleepsWhileAnEndedPeersBytesWaitUnread(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 0);
    Collector collector = new Collector(connection);
    // Few enough to fit into the receive buffer, so that the end arrives behind them.
    byte[] sent = new byte[40_000];
    new Random(9).nextBytes(sent);
    on(
        connection,
        () -> {
          connection.handler(collector);
          connection.finish();
          return null;
        });
    peerWrites(sent, true);
    assertThat(peer().getInputStream().read()).isEqualTo(-1);
    long thread = on(connection, () -> Thread.currentThread().threadId());
    var threads = ManagementFactory.getThreadMXBean();
    CompletableFuture<Long> used = new CompletableFuture<>();
    long before = threads.getThreadCpuTime(thread);
    Loop other = open().loops().get(1 - connection.loop().index());
    other.schedule(
        Duration.ofMillis(300), () -> used.complete(threads.getThreadCpuTime(thread) - before));
    assertThat(used.get(5, TimeUnit.SECONDS)).isLessThan(Duration.ofMillis(20).toNanos());
    on(
        connection,
        () -> {
          connection.reading(true);
          return null;
        });
    assertThat(collector.closed.get(5, TimeUnit.SECONDS)).isEqualTo("clean");
    assertThat(collector.bytes()).isEqualTo(sent);
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void losesNothingThatWasWrittenBeforeClose(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 16 * 1024);
    // Unread bytes at our side would turn a careless close into a reset.
    peer().getOutputStream().write(new byte[1000]);
    byte[] sent = new byte[3 << 20];
    new Random(10).nextBytes(sent);
    Collector collector = new Collector(connection);
    on(
        connection,
        () -> {
          connection.handler(collector);
          connection.write(sent, 0, sent.length);
          connection.close();
          return null;
        });
    assertThat(Arrays.equals(peer().getInputStream().readAllBytes(), sent)).isTrue();
    peer().close();
    assertThat(collector.closed.get(5, TimeUnit.SECONDS)).isEqualTo("clean");
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void tellsWhyItCouldNotConnect(Polling polling) throws Exception {
    Works.here(polling);
    sockets = Sockets.open(NettyOptions.defaults().withPolling(polling).withLoops(1));
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    CompletableFuture<DialListener.DialFailure> failure = new CompletableFuture<>();
    open()
        .connect(
            open().loops().getFirst(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            Duration.ofSeconds(5),
            new Dial(new CompletableFuture<>(), failure));
    assertThat(failure.get(5, TimeUnit.SECONDS)).isEqualTo(DialListener.DialFailure.REFUSED);
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void gathersAllWritesOfATurnIntoFewBuffers(Polling polling) throws Exception {
    Works.here(polling);
    Connection connection = connect(polling, 0);
    Collector collector = new Collector(connection);
    byte[] cell = new byte[1000];
    on(
        connection,
        () -> {
          connection.handler(collector);
          for (int i = 0; i < 300; i++) {
            Arrays.fill(cell, (byte) i);
            connection.write(cell, 0, cell.length);
          }
          assertThat(connection.pendingBytes()).isEqualTo(300_000);
          connection.flush();
          connection.finish();
          return null;
        });
    byte[] all = peer().getInputStream().readAllBytes();
    assertThat(all).hasSize(300_000);
    for (int i = 0; i < 300; i++) {
      assertThat(all[i * 1000 + 999]).isEqualTo((byte) i);
    }
    assertThat(on(connection, connection::pendingBytes)).isZero();
  }

  // Arranging

  private Sockets open() {
    if (sockets == null) {
      throw new IllegalStateException("connect first");
    }
    return sockets;
  }

  private Socket peer() {
    if (peer == null) {
      throw new IllegalStateException("connect first");
    }
    return peer;
  }

  private Connection connect(Polling polling, int receiveBuffer) throws Exception {
    sockets = Sockets.open(NettyOptions.defaults().withPolling(polling).withLoops(2));
    server = new ServerSocket();
    if (receiveBuffer > 0) {
      server.setReceiveBufferSize(receiveBuffer);
    }
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    CompletableFuture<Connection> connected = new CompletableFuture<>();
    open()
        .connect(
            open().loops().getFirst(),
            (InetSocketAddress) server.getLocalSocketAddress(),
            Duration.ofSeconds(5),
            new Dial(connected, new CompletableFuture<>()));
    peer = server.accept();
    return connected.get(5, TimeUnit.SECONDS);
  }

  private void peerWrites(byte[] bytes, boolean end) {
    try {
      OutputStream out = peer().getOutputStream();
      out.write(bytes);
      if (end) {
        peer().shutdownOutput();
      }
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void write(Connection connection, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    connection.write(bytes, 0, bytes.length);
    connection.flush();
  }

  private static <T extends @Nullable Object> T on(Connection connection, Callable<T> task)
      throws Exception {
    CompletableFuture<T> future = new CompletableFuture<>();
    connection
        .loop()
        .execute(() -> {
          try {
            future.complete(task.call());
          } catch (Throwable failure) {
            future.completeExceptionally(failure);
          }
        });
    return future.get(10, TimeUnit.SECONDS);
  }

  private record Dial(
      CompletableFuture<Connection> connected, CompletableFuture<DialFailure> failed)
      implements DialListener {
    @Override
    public void onConnected(Connection connection) {
      connected.complete(connection);
    }

    @Override
    public void onFailed(DialFailure failure) {
      failed.complete(failure);
    }
  }

  private static final class Collector implements ConnectionHandler {
    private final Connection connection;
    private ByteBuffer all = ByteBuffer.allocate(1 << 16);
    private final CompletableFuture<Void> inputFinished = new CompletableFuture<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final CompletableFuture<Long> writable = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final CompletableFuture<Integer> later = new CompletableFuture<>();
    private volatile int stopAfter = Integer.MAX_VALUE;
    private volatile boolean wrongThread;
    private int count;

    Collector(Connection connection) {
      this.connection = connection;
    }

    @Nullable Void start() {
      connection.handler(this);
      connection.reading(true);
      return null;
    }

    byte[] bytes() {
      return Arrays.copyOf(all.array(), all.position());
    }

    @Override
    public void onRead(ByteBuffer in) {
      wrongThread |= !connection.loop().inLoop();
      count++;
      while (all.remaining() < in.remaining()) {
        all = ByteBuffer.allocate(all.capacity() * 2).put(all.flip());
      }
      all.put(in);
      if (count >= stopAfter) {
        connection.reading(false);
        stopped.complete(null);
      }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {
      writable.complete(connection.pendingBytes());
    }

    @Override
    public void onInputFinished() {
      inputFinished.complete(null);
    }

    @Override
    public void onClosed(@Nullable String cause) {
      if (!closed.complete(cause == null ? "clean" : cause)) {
        throw new IllegalStateException("closed twice");
      }
    }
  }
}
