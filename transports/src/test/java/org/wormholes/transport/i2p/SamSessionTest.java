package org.wormholes.transport.i2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.transport.embed.ChannelBridge;
import org.wormholes.transport.i2p.SamSession.State;
import org.wormholes.transport.i2p.SamSession.Status;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Sockets;

@Timeout(30)
class SamSessionTest {
  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(2));
  private final BlockingQueue<Status> changes = new LinkedBlockingQueue<>();
  private final FakeRouter router;

  SamSessionTest() throws IOException {
    router = new FakeRouter(FakeRouter::well);
  }

  @BeforeEach
  void nothingHeardYet() {
    assertThat(router.heard).isEmpty();
  }

  @AfterEach
  void close() throws IOException {
    router.close();
    sockets.close();
  }

  private SamSession open(SamSettings settings) {
    SamSession session = new SamSession(sockets, settings);
    session.watch(changes::add);
    session.start();
    return session;
  }

  private Status await(State state) throws InterruptedException {
    while (true) {
      Status next = changes.poll(10, TimeUnit.SECONDS);
      assertThat(next).as("waiting for " + state).isNotNull();
      if (next.state() == state) {
        return next;
      }
    }
  }

  private Connection connect(SamSession session, Duration limit) throws Exception {
    CompletableFuture<Connection> done = new CompletableFuture<>();
    session.connect(
        sockets.loops().getLast(),
        new I2pName("site.i2p"),
        limit,
        new SamSession.StreamListener() {
          @Override
          public void onConnected(Connection stream) {
            done.complete(stream);
          }

          @Override
          public void onFailed(SamException why) {
            done.completeExceptionally(why);
          }
        });
    return done.get(10, TimeUnit.SECONDS);
  }

  @Test
  void asksForTunnelsAndLearnsItsName() throws Exception {
    open(SamSettings.of(router.address()).withHops(2));
    assertThat(await(State.READY).name()).matches("[a-z2-7]{52}\\.b32\\.i2p");
    assertThat(router.heard).first().isEqualTo("HELLO VERSION MIN=3.1 MAX=3.3");
    assertThat(router.heard.get(1)).isEqualTo("DEST GENERATE SIGNATURE_TYPE=7");
    assertThat(router.heard.get(2))
        .matches(
            "SESSION CREATE STYLE=STREAM ID=[0-9a-f]{16} DESTINATION=[A-Za-z0-9~=-]+"
                + " inbound\\.length=2 inbound\\.quantity=4"
                + " outbound\\.length=2 outbound\\.quantity=4");
  }

  @Test
  void keepsItsKeyAndComesBackWithIt(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("i2p/node.key");
    SamSession session = open(SamSettings.of(router.address()).withKey(file));
    await(State.READY);
    assertThat(Files.readString(file).strip()).isEqualTo(FakeRouter.KEY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    session.close();
    await(State.STOPPED);
    open(SamSettings.of(router.address()).withKey(file));
    await(State.READY);
    assertThat(router.heard)
        .filteredOn(line -> line.startsWith("SESSION"))
        .hasSize(2)
        .allMatch(line -> line.contains(" DESTINATION=" + FakeRouter.KEY));
    assertThat(router.heard).containsOnlyOnce("DEST GENERATE SIGNATURE_TYPE=7");
  }

  @Test
  void refusesAFileThatHoldsNoKey(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("node.key"), "something else");
    open(SamSettings.of(router.address()).withKey(file));
    assertThat(await(State.WAITING).problem()).contains("does not hold a private key of I2P");
    assertThat(router.heard).isEmpty();
  }

  /// The router's line and the peer's first bytes may come in one packet.
  @Test
  void givesTheStreamWhatCameBehindTheLastLine() throws Exception {
    SamSession session = open(SamSettings.of(router.address()));
    await(State.READY);
    try (ChannelBridge stream = ChannelBridge.over(connect(session, Duration.ofSeconds(5)))) {
      ByteBuffer heard = ByteBuffer.allocate("first words".length());
      while (heard.hasRemaining() && stream.read(heard) >= 0) {
        assertThat(heard.position()).isPositive();
      }
      assertThat(heard.flip()).isEqualTo(StandardCharsets.UTF_8.encode("first words"));
    }
    assertThat(router.heard)
        .anyMatch(line -> line.matches("STREAM CONNECT ID=\\w+ DESTINATION=site.i2p SILENT=false"));
  }

  @Test
  void waitsForASessionThatIsBeingOpened() throws Exception {
    CompletableFuture<Void> asked = new CompletableFuture<>();
    router.answers(line -> {
      if (line.startsWith("SESSION")) {
        asked.join();
      }
      return FakeRouter.well(line);
    });
    SamSession session = open(SamSettings.of(router.address()));
    assertThatThrownBy(() -> connect(session, Duration.ofMillis(50)))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage("the I2P router is not ready yet");
    sockets.loops().getFirst().schedule(Duration.ofMillis(50), () -> asked.complete(null));
    connect(session, Duration.ofSeconds(5)).abort();
  }

  /// SAM says nothing to streams when a session dies, and a router that hangs says nothing at all.
  @Test
  void resetsItsStreamsWhenTheRouterFallsSilent() throws Exception {
    SamSession session = open(SamSettings.of(router.address()));
    await(State.READY);
    ChannelBridge stream = ChannelBridge.over(connect(session, Duration.ofSeconds(5)));
    long began = System.nanoTime();
    router.answers(line -> "");
    assertThatThrownBy(() -> readToEnd(stream))
        .isInstanceOf(IOException.class)
        .hasMessage("the I2P router is gone: the I2P router does not answer any more");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    assertThat(session.streams()).isZero();
  }

  @Test
  void tellsADeadRouterFromTheEndOfAStreamAndComesBack() throws Exception {
    SamSession session = open(SamSettings.of(router.address()));
    await(State.READY);
    ChannelBridge stream = ChannelBridge.over(connect(session, Duration.ofSeconds(5)));
    router.hangUp();
    assertThatThrownBy(() -> readToEnd(stream))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the I2P router is gone");
    await(State.WAITING);
    await(State.READY);
    connect(session, Duration.ofSeconds(5)).abort();
  }

  private static void readToEnd(ChannelBridge stream) throws IOException {
    ByteBuffer heard = ByteBuffer.allocate(1024);
    while (stream.read(heard.clear()) >= 0) {
      assertThat(heard.position()).isPositive();
    }
  }

  @Test
  void saysWhereItLookedForARouter() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
    }
    SamSession session = open(SamSettings.of(nobody));
    assertThat(await(State.WAITING).problem())
        .startsWith("no I2P router answers at 127.0.0.1:" + nobody.getPort() + "; i2pd listens");
    assertThatThrownBy(() -> connect(session, Duration.ofSeconds(5)))
        .cause()
        .hasMessageStartingWith("no I2P router answers at ");
  }

  @Test
  void saysWhatTheRouterRefused() throws Exception {
    router.answers(line ->
        line.startsWith("HELLO") ? "HELLO REPLY RESULT=NOVERSION\n" : FakeRouter.well(line));
    open(SamSettings.of(router.address()));
    assertThat(await(State.WAITING).problem())
        .isEqualTo(
            "could not begin to speak SAM (3.1 is needed, and 3.2 for a login): the I2P router answered"
                + " NOVERSION");
  }

  @Test
  void acceptsStreamsAndAsksForMore() throws Exception {
    router.answers(line ->
        line.startsWith("STREAM ACCEPT")
            ? "STREAM STATUS RESULT=OK\n" + destination() + "\nhello"
            : FakeRouter.well(line));
    SamSession session = open(SamSettings.of(router.address()));
    BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
    try (StreamAcceptor acceptor =
        new StreamAcceptor(session, List.of(sockets.loops().getLast()), accepted::add)) {
      acceptor.start();
      for (int i = 0; i < 5; i++) {
        Connection stream = accepted.poll(5, TimeUnit.SECONDS);
        assertThat(stream).isNotNull();
        assertThat(stream.remoteAddress()).endsWith(".b32.i2p");
      }
    }
  }

  private static String destination() {
    return I2pName.destinationOfPrivate(FakeRouter.KEY).orElseThrow();
  }

  @Test
  void looksForRoutersOnThisMachineOnly() {
    InetSocketAddress elsewhere = new InetSocketAddress(anAddress(), 7656);
    assertThatThrownBy(() -> SamSettings.of(elsewhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("loopback");
  }

  private static InetAddress anAddress() {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Test
  void leavesNothingInOptionsThatWouldBeAWordOfItsOwn() {
    assertThatThrownBy(() ->
            SamSettings.of(router.address())
                .withOptions(java.util.Map.of("inbound.length", "1 ID=other")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
