package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.HopView;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.transport.embed.ChannelBridge;

/// What a tunnel promises, between real engines over real sockets.
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class TunnelTest {
  private static final int BODY = 24 << 20;
  private static final byte[] PAGE = new byte[BODY];

  private static ExecutorService threads;
  private static HttpServer server;
  private static int port;

  @BeforeAll
  static void serve() throws IOException {
    new Random(20).nextBytes(PAGE);
    threads = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, PAGE.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(PAGE);
          }
        });
    server.start();
    port = server.getAddress().getPort();
  }

  @AfterAll
  static void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void carriesAPageThroughThreeHops() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(5)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      assertThat(fetch(network, "one")).isEqualTo(sha256(PAGE));
      assertThat(network.client().circuits()).allMatch(circuit -> circuit.hops().size() == 3);
    }
  }

  @Test
  void carriesAPageOverEveryLengthOfPath() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(8)) {
      for (int hops : List.of(1, 2, 5, 8)) {
        network.apply(network.tunnel(hops, Isolation.DEFAULT));
        assertThat(fetch(network, "hops" + hops)).isEqualTo(sha256(PAGE));
      }
    }
  }

  @Test
  void carriesAPageWhereEveryNodeHasTwoLoops() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(4, 2)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      for (int i = 0; i < 4; i++) {
        assertThat(fetch(network, "user" + i)).isEqualTo(sha256(PAGE));
      }
    }
  }

  @Test
  void aStreamSurvivesTheDeathOfItsMiddleRelay() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(6)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      try (ByteChannel channel = request(network, "survivor")) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        skipHead(channel);
        long read = digest(channel, digest, BODY / 3);
        relayAt(network, busy(network), 1).close();
        read += digest(channel, digest, Long.MAX_VALUE);
        assertThat(read).isEqualTo(BODY);
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256(PAGE));
      }
    }
  }

  @Test
  void aStreamSurvivesTheDeathOfItsFirstRelay() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(6)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      try (ByteChannel channel = request(network, "survivor")) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        skipHead(channel);
        long read = digest(channel, digest, BODY / 4);
        relayAt(network, busy(network), 0).close();
        read += digest(channel, digest, Long.MAX_VALUE);
        assertThat(read).isEqualTo(BODY);
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256(PAGE));
      }
    }
  }

  @Test
  void theDeathOfTheExitIsAnErrorAndNeverACleanEnd() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(5)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      try (ByteChannel channel = request(network, "victim")) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        skipHead(channel);
        digest(channel, digest, BODY / 8);
        relayAt(network, busy(network), 2).close();
        assertThatThrownBy(() -> digest(channel, digest, Long.MAX_VALUE))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aDestinationThatDiesMidwayIsAnErrorToo() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(4);
        ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      CompletableFuture<Socket> accepted =
          CompletableFuture.supplyAsync(() -> accept(listening), threads);
      try (ByteChannel channel = dial(network, listening.getLocalPort(), "x")) {
        Socket destination = accepted.get(20, TimeUnit.SECONDS);
        destination.getOutputStream().write("half a sentence".getBytes(StandardCharsets.UTF_8));
        assertThat(channel.read(ByteBuffer.allocate(64))).isPositive();
        destination.setSoLinger(true, 0);
        destination.close();
        assertThatThrownBy(() -> readToEnd(channel)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void halfCloseReachesTheDestinationAndTheAnswerComesBack() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(4);
        ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int socks = network.apply(network.tunnel(3, Isolation.DEFAULT));
      CompletableFuture<byte[]> heard =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket destination = accept(listening)) {
                  byte[] all = destination.getInputStream().readAllBytes();
                  destination
                      .getOutputStream()
                      .write(("heard " + all.length).getBytes(StandardCharsets.US_ASCII));
                  return all;
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              },
              threads);
      try (Socket application = Socks.connect(socks, "127.0.0.1", listening.getLocalPort())) {
        application.getOutputStream().write(Arrays.copyOf(PAGE, 300_000));
        application.shutdownOutput();
        String answer =
            new String(application.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(answer).isEqualTo("heard 300000");
      }
      assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo(Arrays.copyOf(PAGE, 300_000));
    }
  }

  @Test
  void anExitRefusesThisMachineUnlessItsRulesNameIt() throws Exception {
    try (LocalNetwork network = LocalNetwork.withExit(4, Exit.DEFAULT)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      assertThatThrownBy(() -> dial(network, port, "x"))
          .hasMessageContaining("no connection: not allowed");
    }
  }

  @Test
  void aDestinationThatRefusesTheConnectionIsSaidTo() throws Exception {
    int closed;
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = listening.getLocalPort();
    }
    try (LocalNetwork network = LocalNetwork.of(4)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      assertThatThrownBy(() -> dial(network, closed, "x"))
          .hasMessageContaining("no connection: connection refused");
      assertThatThrownBy(() -> dial(network, "localhost", closed, "x"))
          .hasMessageContaining("no connection: connection refused");
    }
  }

  @Test
  void aNameThatLeadsToThisMachineIsRefusedAfterItIsResolved() throws Exception {
    try (LocalNetwork network = LocalNetwork.withExit(4, Exit.DEFAULT)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      assertThatThrownBy(() -> dial(network, "localhost", port, "x"))
          .hasMessageContaining("no connection: not allowed");
    }
  }

  @Test
  void flowsOfDifferentUsersNeverShareACircuit() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(5)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      Set<Long> used = new HashSet<>();
      for (String user : List.of("ann", "bob", "cyd")) {
        try (ByteChannel channel = dial(network, port, user)) {
          network.client().circuits().stream()
              .filter(circuit -> circuit.flows() > 0)
              .forEach(circuit -> used.add(circuit.id()));
          assertThat(network.client().circuits()).allMatch(circuit -> circuit.flows() <= 1);
          assertThat(channel.isOpen()).isTrue();
        }
      }
      assertThat(used).hasSize(3);
    }
  }

  @Test
  void aTunnelWithoutAPathRefusesFlowsAndSaysWhy() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(2)) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      assertThatThrownBy(() -> dial(network, port, "x")).isInstanceOf(IOException.class);
      assertThat(network.client().tunnels().getFirst().problem().orElseThrow())
          .contains("relays, the path needs 3");
    }
  }

  @Test
  void aFlowOfAnUnchangedTunnelGoesOnWhenTheRulesetIsReplaced() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(5)) {
      Ruleset first = network.tunnel(3, Isolation.DEFAULT);
      network.apply(first);
      try (ByteChannel channel = request(network, "goes on")) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        skipHead(channel);
        long read = digest(channel, digest, BODY / 3);
        Ruleset second =
            new Ruleset("other", "2", first.networks(), first.tunnels(), List.of(), List.of());
        network.client().apply(second, SourceMap.EMPTY).toCompletableFuture().join();
        read += digest(channel, digest, Long.MAX_VALUE);
        assertThat(read).isEqualTo(BODY);
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256(PAGE));
      }
    }
  }

  @Test
  void aPortThatIsTakenRefusesTheApplyAndChangesNothing() throws Exception {
    try (LocalNetwork network = LocalNetwork.of(3);
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      network.apply(network.tunnel(3, Isolation.DEFAULT));
      Ruleset clash = network.socksTunnel(3, Isolation.DEFAULT, taken.getLocalPort());
      assertThatThrownBy(
              () -> network.client().apply(clash, SourceMap.EMPTY).toCompletableFuture().join())
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
      assertThat(fetch(network, "still")).isEqualTo(sha256(PAGE));
    }
  }

  @Test
  void stalledReadersDoNotExceedTheMemoryAccount() throws Exception {
    long limit = 8 << 20;
    try (LocalNetwork network = LocalNetwork.withClientMemory(4, limit)) {
      int socks = network.apply(network.tunnel(3, Isolation.DEFAULT));
      List<Socket> stalled = new java.util.ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Socket application = Socks.connect(socks, "127.0.0.1", port, "user" + i);
        application
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        stalled.add(application);
      }
      assertThat(fetch(network, "honest")).isEqualTo(sha256(PAGE));
      assertThat(network.client().status().memoryUsed()).isLessThanOrEqualTo(limit * 105 / 100);
      for (Socket each : stalled) {
        each.close();
      }
    }
  }

  private static Socket accept(ServerSocket listening) {
    try {
      return listening.accept();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ByteChannel dial(LocalNetwork network, int to, String user) throws IOException {
    return dial(network, "127.0.0.1", to, user);
  }

  private static ByteChannel dial(LocalNetwork network, String host, int to, String user)
      throws IOException {
    network.awaitKnown();
    try {
      Connection connection =
          network
              .client()
              .dial("web", host, to, Optional.of(new Credentials(user, "")))
              .toCompletableFuture()
              .join();
      return ChannelBridge.over(connection);
    } catch (java.util.concurrent.CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(cause.getMessage(), e);
    }
  }

  private static ByteChannel request(LocalNetwork network, String user) throws IOException {
    ByteChannel channel = dial(network, port, user);
    channel.write(
        ByteBuffer.wrap(
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  private static String fetch(LocalNetwork network, String user) throws Exception {
    try (ByteChannel channel = request(network, user)) {
      skipHead(channel);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      assertThat(digest(channel, digest, Long.MAX_VALUE)).isEqualTo(BODY);
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  private static void skipHead(ByteChannel channel) throws IOException {
    int matched = 0;
    ByteBuffer one = ByteBuffer.allocate(1);
    while (matched < 4) {
      one.clear();
      if (channel.read(one) < 0) {
        throw new IOException("ended inside the head");
      }
      byte expected = (byte) (matched % 2 == 0 ? '\r' : '\n');
      matched = one.get(0) == expected ? matched + 1 : 0;
    }
  }

  /// Reads at least `enough` bytes, or to the end.
  private static long digest(ByteChannel channel, MessageDigest digest, long enough)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    long total = 0;
    while (total < enough) {
      buffer.clear();
      int count = channel.read(buffer);
      if (count < 0) {
        break;
      }
      digest.update(buffer.flip());
      total += count;
    }
    return total;
  }

  private static void readToEnd(ByteChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1_024);
    while (channel.read(buffer.clear()) >= 0) {
      // until the end, or the error that is expected
    }
  }

  private static CircuitView busy(LocalNetwork network) {
    return network.client().circuits().stream()
        .filter(circuit -> circuit.flows() > 0)
        .findFirst()
        .orElseThrow();
  }

  private static Engine relayAt(LocalNetwork network, CircuitView circuit, int hop) {
    HopView wanted = circuit.hops().get(hop);
    return network.relays().stream()
        .filter(relay -> relay.id().address().equals(wanted.node()))
        .findFirst()
        .orElseThrow();
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException, IOException {
    try (InputStream in =
        new DigestInputStream(
            new java.io.ByteArrayInputStream(bytes), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    }
  }
}
