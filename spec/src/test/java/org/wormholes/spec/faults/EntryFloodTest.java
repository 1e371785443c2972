package org.wormholes.spec.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.Laboratory;
import org.wormholes.spec.lab.LiveNode;
import org.wormholes.spec.lab.PageServer;
import org.wormholes.spec.lab.Socks;

/// Connections that come to an open port and never say anything sensible.
@ExtendWith(Laboratory.Extension.class)
final class EntryFloodTest {
  private static final int HALF_OPEN = 5_000;
  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(15);
  private static final int GARBAGE = 3_000;
  private static final int MOST_LOG_LINES = 20;
  private static final long SEED = 5;

  @Test
  void halfOpenConnectionsAreClosedAndTheirMemoryComesBack(Laboratory lab) throws IOException {
    LiveNode client = lab.network().client();
    fetch(lab, "before");
    flood(lab);
    long descriptors = client.descriptors();
    long resident = client.residentBytes();
    long account = client.status().memoryUsed();

    flood(lab);

    Await.that(
        "descriptors of " + HALF_OPEN + " connections",
        CLOSED_WITHIN,
        () -> client.descriptors() <= descriptors + 10);
    // The first flood has grown the heap to what a flood takes; a second one must not take more.
    assertThat(client.residentBytes()).isLessThan(resident + resident / 10);
    assertThat(client.status().memoryUsed()).isLessThanOrEqualTo(account + (64 << 10));
    fetch(lab, "after");
  }

  /// Opens the connections, every other one saying a first byte; a good client is served among
  /// them; returns when all were closed by the other side, in time.
  private static void flood(Laboratory lab) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), lab.socksPort());
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < HALF_OPEN; i++) {
        SocketChannel channel = SocketChannel.open(address);
        if (i % 2 == 1) {
          channel.write(ByteBuffer.wrap(new byte[] {5}));
        }
        channel.configureBlocking(false).register(selector, SelectionKey.OP_READ);
      }
      long begin = System.nanoTime();
      fetch(lab, "amid");
      awaitClosed(selector, begin);
    }
  }

  private static void awaitClosed(Selector selector, long begin) throws IOException {
    ByteBuffer unread = ByteBuffer.allocate(16);
    int open = HALF_OPEN;
    while (open > 0) {
      long left = CLOSED_WITHIN.toMillis() - (System.nanoTime() - begin) / 1_000_000;
      assertThat(left).as("milliseconds left, with %d still open", open).isPositive();
      selector.select(left);
      for (SelectionKey key : selector.selectedKeys()) {
        SocketChannel channel = (SocketChannel) key.channel();
        if (isClosed(channel, unread.clear())) {
          channel.close();
          open--;
        }
      }
      selector.selectedKeys().clear();
    }
  }

  private static boolean isClosed(SocketChannel channel, ByteBuffer room) {
    try {
      return channel.read(room) < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  private static void fetch(Laboratory lab, String user) throws IOException {
    String host = lab.freshName();
    try (Socket stream = Socks.get(lab.socksPort(), lab.pages(), host, "/hello", user)) {
      Socks.skipHead(stream);
      assertThat(stream.getInputStream().readAllBytes()).asString().isEqualTo(PageServer.GREETING);
    }
  }

  @Test
  void garbageAtTheEntryDoesNotFillTheLog(Laboratory lab) throws IOException {
    LiveNode client = lab.network().client();

    List<String> more = logLinesOf(client, client.socksPort());

    assertThat(more).as("seed %d", SEED).hasSizeLessThanOrEqualTo(MOST_LOG_LINES);
    fetch(lab, "after garbage");
  }

  @Test
  void garbageAtARelayDoesNotFillTheLog(Laboratory lab) throws IOException {
    LiveNode relay = lab.network().relays().getFirst();

    List<String> more = logLinesOf(relay, lab.network().relayPorts().getFirst());

    assertThat(more).as("seed %d", SEED).hasSizeLessThanOrEqualTo(MOST_LOG_LINES);
    fetch(lab, "after more garbage");
  }

  /// What a node logs while it is sent garbage.
  private static List<String> logLinesOf(LiveNode node, int port) throws IOException {
    int before = node.program().lines().size();
    long descriptors = node.descriptors();
    Random random = new Random(SEED);
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int i = 0; i < GARBAGE; i++) {
      byte[] garbage = new byte[1 + random.nextInt(300)];
      random.nextBytes(garbage);
      try (SocketChannel channel = SocketChannel.open(address)) {
        channel.write(ByteBuffer.wrap(garbage));
      }
    }
    Await.that("the end of it", CLOSED_WITHIN, () -> node.descriptors() <= descriptors + 10);
    List<String> all = node.program().lines();
    return all.subList(before, all.size());
  }
}
