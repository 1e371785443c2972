package org.wormholes.spec.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.HopView;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.LiveNetwork;
import org.wormholes.spec.lab.LiveNode;
import org.wormholes.spec.lab.NameServer;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Socks;

/// `kill -9` of a relay's process while it carries a transfer. A middle relay's death must not be
/// seen by the application; the exit's must be seen as an error.
final class DyingRelayTest {
  private static final long SEED = 4;
  private static final int KILLS = 20;
  private static final int SIZE = 64 << 20;
  private static final Duration REBUILT = Duration.ofSeconds(20);

  private static PageServer pages;
  private static NameServer names;
  private static LiveNetwork network;
  private static String expected;
  private static CompletableFuture<Void> returning = CompletableFuture.completedFuture(null);

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    pages = PageServer.start();
    names = NameServer.start();
    network = LiveNetwork.start(folder, names, new LiveNetwork.Options(6, List.of(), 256 << 20));
    expected = KnownBytes.sha256(SIZE);
  }

  @AfterAll
  static void stop() throws IOException {
    returning.join();
    network.close();
    names.close();
    pages.close();
  }

  static Stream<Long> offsets() {
    return LongStream.of(new Random(SEED).longs(KILLS, 0, SIZE).toArray()).boxed();
  }

  @ParameterizedTest(name = "at {0} of " + SIZE + " bytes, seed " + SEED)
  @MethodSource("offsets")
  void aTransferSurvivesTheDeathOfItsMiddleRelay(long offset) throws IOException {
    String user = "at" + offset;
    try (Socket stream = Socks.get(socksPort(), pages, host(), "/bytes/" + SIZE, user)) {
      Socks.skipHead(stream);
      MessageDigest digest = KnownBytes.newSha256();
      read(stream, offset, digest);
      LiveNode middle = network.relay(busyCircuit().hops().get(1).node());

      middle.program().kill();
      try {
        long rest = read(stream, Long.MAX_VALUE, digest);

        assertThat(offset + rest).isEqualTo(SIZE);
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(expected);
      } finally {
        comeBack(middle);
      }
    }
  }

  @Test
  void theDeathOfTheExitIsAnErrorAndNeverACleanEnd() throws IOException {
    try (Socket stream = Socks.get(socksPort(), pages, host(), "/bytes/" + SIZE, "exit")) {
      Socks.skipHead(stream);
      MessageDigest digest = KnownBytes.newSha256();
      read(stream, 1 << 20, digest);
      LiveNode exit = network.relay(busyCircuit().hops().getLast().node());

      exit.program().kill();
      try {
        assertThatThrownBy(() -> read(stream, Long.MAX_VALUE, digest))
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      } finally {
        comeBack(exit);
      }
    }
  }

  @Test
  void aNewStreamFindsAnotherExit() throws IOException {
    LiveNode exit;
    try (Socket stream = Socks.get(socksPort(), pages, host(), "/bytes/" + SIZE, "first")) {
      Socks.skipHead(stream);
      exit = network.relay(busyCircuit().hops().getLast().node());
      exit.program().kill();
    }

    try (Socket stream = Socks.get(socksPort(), pages, host(), "/hello", "second")) {
      Socks.skipHead(stream);
      assertThat(stream.getInputStream().readAllBytes()).asString().isEqualTo(PageServer.GREETING);
    }
    comeBack(exit);
  }

  private static int socksPort() {
    return network.client().socksPort();
  }

  private static String host() {
    return "far." + NameServer.ZONE;
  }

  /// The circuit that carries the one transfer there is.
  private static CircuitView busyCircuit() {
    return Await.value("a circuit with a flow", REBUILT, DyingRelayTest::findBusyCircuit);
  }

  private static Optional<CircuitView> findBusyCircuit() {
    List<CircuitView> busy =
        network.client().circuits().stream()
            .filter(circuit -> circuit.flows() > 0 && circuit.state() == CircuitView.State.READY)
            .toList();
    return busy.size() == 1 ? Optional.of(busy.getFirst()) : Optional.empty();
  }

  /// Starts a dead relay again, beside what the test does next; the one before must be back by
  /// then.
  private static void comeBack(LiveNode dead) {
    returning.join();
    returning =
        CompletableFuture.runAsync(() -> restart(dead), Thread.ofPlatform().daemon()::start);
  }

  private static void restart(LiveNode dead) {
    try {
      network.restart(dead);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /// Reads up to `limit` bytes, fewer only at a clean end.
  private static long read(Socket stream, long limit, MessageDigest digest) throws IOException {
    InputStream in = stream.getInputStream();
    byte[] piece = new byte[64 << 10];
    long total = 0;
    while (total < limit) {
      int n = in.read(piece, 0, (int) Math.min(piece.length, limit - total));
      if (n < 0) {
        return total;
      }
      digest.update(piece, 0, n);
      total += n;
    }
    return total;
  }

  @Test
  void aPathNamesItsRelaysInTheOrderBytesTravel() throws IOException {
    try (Socket stream = Socks.get(socksPort(), pages, host(), "/bytes/" + SIZE, "order")) {
      Socks.skipHead(stream);
      List<HopView> hops = busyCircuit().hops();

      assertThat(hops).hasSize(3);
      assertThat(hops.getLast().role()).isEqualTo("exit");
      assertThat(hops.stream().map(HopView::node).distinct()).hasSize(3);
    }
  }
}
