package org.wormholes.spec.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Tier;
import org.wormholes.embed.Wormholes;
import org.wormholes.rules.Network;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.control.AttemptView;
import org.wormholes.runtime.control.WhyView;

/// Nodes that listen nowhere are met by their keys through a relay that both know.
@Timeout(60)
final class MeetingPeersTest {
  private static final Network NETWORK = new Network("home", true, List.of());
  private static final int BYTES = 4 << 20;

  @TempDir private Path folder;

  private Wormholes open(String name, String contact, String words) throws IOException {
    return Wormholes.open(script(name, contact, words));
  }

  private Ruleset rules(String name, String contact, String words) throws IOException {
    return Compiler.compile(script(name, contact, words), Options.of(Tier.STATIC))
        .ruleset()
        .orElseThrow();
  }

  private Path script(String name, String contact, String words) throws IOException {
    Path script = folder.resolve(name + ".rb");
    Files.writeString(
        script,
        """
        ruleset "%s" do
          network "home" do
            open_to :anyone
            bootstrap "%s"
          end
          peers "home" do
            entry { socks port: 0 }
            %s
          end
        end
        """
            .formatted(name, contact, words));
    return script;
  }

  /// Waits until an engine knows how another is met. Nobody tells of new words of known nodes, so
  /// it looks now and again.
  private static String known(Engine seeking, Engine sought) throws InterruptedException {
    String address = sought.id().address();
    CountDownLatch never = new CountDownLatch(1);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Peers.SECONDS);
    while (seeking.nodes().stream()
        .filter(each -> each.node().equals(address))
        .noneMatch(each -> each.addresses().containsKey("relay"))) {
      assertThat(System.nanoTime()).as("it is known in time").isLessThan(end);
      assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
    }
    return address + ".peer";
  }

  @Test
  void aNodeThatListensNowhereIsMetThroughARelay() throws Exception {
    try (Peers peers = new Peers();
        Mirror echo = new Mirror()) {
      String contact = Peers.contact(peers.relay(NETWORK));
      try (Wormholes near = open("near", contact, "");
          Wormholes far = open("far", contact, "publish %d, as: \"echo\"".formatted(echo.port()))) {
        String name = known(near.engine(), far.engine());
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        try (ByteChannel channel = near.channel("home", name, echo.port())) {
          Thread.ofPlatform().daemon().start(() -> write(channel, sent));
          InputStream in = Channels.newInputStream(channel);
          assertThat(in.readNBytes(BYTES)).isEqualTo(sent);
        }
        String key = far.engine().id().address();
        try (ByteChannel channel = near.peer("peer://%s:%d".formatted(key, echo.port()))) {
          assertThat(echoed(channel, sent)).isEqualTo(sent);
        }
        assertThatThrownBy(() -> near.peer("friend://x@work:1"))
            .hasMessage("the ruleset has no `peers` over network work");
        assertThatThrownBy(() -> near.peer("peer://" + key)).hasMessageContaining("KEY:PORT");
        assertThatThrownBy(() -> near.channel("home", name, 1))
            .hasMessageContaining("publishes nothing to this one at port 1");
        assertThatThrownBy(() -> near.channel("home", "nobody.peer", 1))
            .hasMessageContaining("named by its key");
      }
    }
  }

  @Test
  void aServiceForSomeIsRefusedToOthers() throws Exception {
    try (Peers peers = new Peers();
        Mirror echo = new Mirror()) {
      Engine relay = peers.relay(NETWORK);
      String contact = Peers.contact(relay);
      String only =
          "publish %d, as: \"echo\", only: [\"%s\"]".formatted(echo.port(), relay.id().address());
      try (Wormholes near = open("near", contact, "");
          Wormholes far = open("far", contact, only)) {
        String name = known(near.engine(), far.engine());
        assertThatThrownBy(() -> near.channel("home", name, echo.port()))
            .hasMessageContaining("publishes nothing to this one");
      }
    }
  }

  @Test
  void aLinkThroughARelayGoesDirectAndBackWithoutLosingAByte() throws Exception {
    try (Peers peers = new Peers();
        Mirror mirror = new Mirror()) {
      String contact = Peers.contact(peers.relay(NETWORK));
      int port = freePort();
      try (Passage passage = new Passage(port);
          Wormholes near = open("near", contact, "")) {
        Engine far =
            peers.relay(
                Peers.newKey(), port, passage.address(), NETWORK.withBootstraps(List.of(contact)));
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        var _ = near.engine().events(event -> told.add(event.message()));
        far.apply(
                rules("far", contact, "publish %d, as: \"echo\"".formatted(mirror.port())),
                SourceMap.EMPTY)
            .toCompletableFuture()
            .join();
        String name = known(near.engine(), far);
        byte[] sent = new byte[BYTES];
        new Random(2).nextBytes(sent);
        try (ByteChannel channel = near.channel("home", name, mirror.port())) {
          assertThat(echoed(channel, sent)).isEqualTo(sent);
          await(told, "link goes on over tcp");
          assertThat(echoed(channel, sent)).isEqualTo(sent);
          assertThat(over(near, far)).isEqualTo("tcp");
          passage.cut();
          await(told, "link goes on over relay");
          assertThat(echoed(channel, sent)).isEqualTo(sent);
          assertThat(over(near, far)).isEqualTo("relay");
        }
        WhyView why = near.engine().networks().why("peer://" + far.id().address());
        assertThat(why.reasons().getFirst()).startsWith("bytes go through a relay");
        assertThat(why.attempts()).extracting(AttemptView::carrier).contains("relay", "tcp");
      }
    }
  }

  private static String over(Wormholes near, Engine far) {
    return near.engine().networks().peers().stream()
        .filter(each -> each.node().equals(far.id().address()))
        .flatMap(each -> each.over().stream())
        .findFirst()
        .orElse("");
  }

  private static void await(BlockingQueue<String> told, String wanted) throws InterruptedException {
    String next;
    do {
      next = told.poll(Peers.SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("waiting for: " + wanted).isNotNull();
    } while (!next.equals(wanted));
  }

  private static byte[] echoed(ByteChannel channel, byte[] sent) throws IOException {
    Thread.ofPlatform().daemon().start(() -> write(channel, sent));
    return Channels.newInputStream(channel).readNBytes(sent.length);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void write(ByteChannel channel, byte[] bytes) {
    try {
      OutputStream out = Channels.newOutputStream(channel);
      out.write(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// The only way to a port, until it is closed: then all that it carried is cut, and nothing else
  /// is let in.
  private static final class Passage implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final int to;

    Passage(int to) throws IOException {
      this.to = to;
      Thread.ofPlatform().daemon().name("passage").start(this::accept);
    }

    String address() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          Socket left = server.accept();
          Socket right = new Socket(InetAddress.getLoopbackAddress(), to);
          sockets.addAll(List.of(left, right));
          Thread.ofPlatform().daemon().start(() -> pass(left, right));
          Thread.ofPlatform().daemon().start(() -> pass(right, left));
        }
      } catch (IOException closed) {
        return;
      }
    }

    private static void pass(Socket from, Socket to) {
      try (from;
          to) {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException cut) {
        return;
      }
    }

    /// Nothing passes any more.
    void cut() throws IOException {
      close();
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (Socket each : sockets) {
        each.close();
      }
    }
  }

  /// A local service that gives back what it gets.
  private static final class Mirror implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 4, InetAddress.getLoopbackAddress());

    Mirror() throws IOException {
      Thread.ofPlatform().daemon().name("mirror").start(this::serve);
    }

    int port() {
      return server.getLocalPort();
    }

    private void serve() {
      while (!server.isClosed()) {
        try (Socket socket = server.accept()) {
          socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException ended) {
          // The next one may come.
        }
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
