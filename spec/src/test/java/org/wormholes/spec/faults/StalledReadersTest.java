package org.wormholes.spec.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.KnownBytes;
import org.wormholes.spec.lab.LiveNetwork;
import org.wormholes.spec.lab.LiveNode;
import org.wormholes.spec.lab.NameServer;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Socks;

/// Applications that ask for much and read nothing. What they hold is bounded by the account, in
/// every process, and who reads is served.
final class StalledReadersTest {
  private static final int READERS = 40;
  private static final long LIMIT = 32L << 20;
  private static final int SIZE = 64 << 20;

  @Test
  void cannotMakeAnyEngineHoldMoreThanItsLimit(@TempDir Path folder) throws IOException {
    var options = new LiveNetwork.Options(4, List.of(), LIMIT);
    try (PageServer pages = PageServer.start();
        NameServer names = NameServer.start();
        LiveNetwork network = LiveNetwork.start(folder, names, options)) {
      List<Socket> stalled = new ArrayList<>();
      Peak peak = new Peak(network);
      try {
        for (int i = 0; i < READERS; i++) {
          stalled.add(stalledReader(network, pages, "stalled" + i));
        }
        peak.look();
        CompletableFuture<String> honest =
            CompletableFuture.supplyAsync(
                () -> honestReader(network, pages), Thread.ofPlatform().daemon()::start);
        Await.that(
            "an honest reader among " + READERS + " stalled ones",
            Duration.ofSeconds(60),
            () -> {
              peak.look();
              return honest.isDone();
            });

        assertThat(honest.join()).isEqualTo(KnownBytes.sha256(SIZE));
        assertThat(peak.most.get()).isPositive().isLessThanOrEqualTo(LIMIT + LIMIT / 20);
      } finally {
        for (Socket socket : stalled) {
          socket.close();
        }
      }
    }
  }

  private static Socket stalledReader(LiveNetwork network, PageServer pages, String user)
      throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    Socks.open(socket, network.client().socksPort(), "far." + NameServer.ZONE, pages.port(), user);
    Socks.request(socket, "/bytes/" + SIZE);
    return socket;
  }

  private static String honestReader(LiveNetwork network, PageServer pages) {
    int port = network.client().socksPort();
    try (Socket stream =
        Socks.get(port, pages, "far." + NameServer.ZONE, "/bytes/" + SIZE, "honest")) {
      Socks.skipHead(stream);
      var digest = KnownBytes.newSha256();
      byte[] piece = new byte[64 << 10];
      for (int n = stream.getInputStream().read(piece);
          n >= 0;
          n = stream.getInputStream().read(piece)) {
        digest.update(piece, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException broken) {
      return broken.toString();
    }
  }

  /// The most that any engine said it held, at the moments when it was asked.
  private static final class Peak {
    private final List<LiveNode> nodes = new ArrayList<>();
    private final AtomicLong most = new AtomicLong();

    Peak(LiveNetwork network) {
      nodes.add(network.client());
      nodes.addAll(network.relays());
    }

    void look() {
      for (LiveNode node : nodes) {
        EngineStatus status = node.status();
        assertThat(status.memoryLimit()).isEqualTo(LIMIT);
        most.accumulateAndGet(status.memoryUsed(), Math::max);
      }
    }
  }
}
