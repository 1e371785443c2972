package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.socket.NettyOptions;

/// A link whose connection dies, or goes silent, in the middle of a transfer goes on over another
/// one, and its circuits do not notice.
@Timeout(60)
class MovingLinkTest {
  private static final String NETWORK = "moving";
  private static final int BYTES = 24 << 20;
  private static final Duration BAR = Duration.ofSeconds(2);

  private final NettyTransport near = NettyTransport.open(NettyOptions.defaults().withLoops(1));
  private final NettyTransport far = NettyTransport.open(NettyOptions.defaults().withLoops(2));
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    near.close();
    far.close();
  }

  private Engine relay(int port, String announced) throws IOException {
    NodeSettings settings =
        new NodeSettings(
            LocalNetwork.newKey(),
            List.of(new Network(NETWORK, true, List.of())),
            Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
            Map.of("tcp", "127.0.0.1:" + port),
            Map.of("tcp", announced),
            "",
            "",
            "",
            0,
            Optional.of(LocalNetwork.LOOPBACK_EXIT),
            NodeSettings.DEFAULT_MEMORY);
    return Engine.start(settings, far, GuardStore.NONE);
  }

  private Engine client(Network network) throws IOException {
    Engine client =
        Engine.start(
            NodeSettings.client(LocalNetwork.newKey(), List.of(network)), near, GuardStore.NONE);
    var _ = client.events(event -> told.add(event.kind() + " " + event.message()));
    return client;
  }

  private static Ruleset rules(Network network) {
    Tunnel tunnel =
        new Tunnel(
            "web",
            NETWORK,
            List.of(new Entry.Socks(new Entry.Listen(0), false)),
            Relays.any(1),
            LocalNetwork.LOOPBACK_EXIT,
            List.of("tcp"),
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    return new Ruleset("test", "1", List.of(network), List.of(tunnel), List.of(), List.of());
  }

  private void await(String message) throws InterruptedException {
    String next;
    do {
      next = told.poll(20, TimeUnit.SECONDS);
      assertThat(next).as("waiting for: " + message).isNotNull();
    } while (!next.contains(message));
  }

  private interface Trouble {
    void strike(Cable cable) throws IOException;
  }

  @Test
  void aTransferGoesOnWhenTheConnectionIsResetAgainAndAgain() throws Exception {
    transfer(Cable::cut, 4);
  }

  @Test
  void aTransferGoesOnWhenTheConnectionFallsSilent() throws Exception {
    transfer(Cable::swallow, 1);
  }

  private void transfer(Trouble trouble, int times) throws Exception {
    int port = freePort();
    try (Cable cable = new Cable(port);
        Engine relay = relay(port, cable.address())) {
      Network network =
          new Network(
              NETWORK, true, List.of("wormhole://" + relay.id().address() + "@" + cable.address()));
      try (Engine client = client(network)) {
        int proxy = proxy(client, network);
        await("circuit of tunnel web is ready");
        List<Long> before = client.circuits().stream().map(CircuitView::id).toList();
        long longest = download(proxy, cable, trouble, times);
        assertThat(Duration.ofNanos(longest)).isLessThan(BAR);
        for (int i = 0; i < times; i++) {
          await("link goes on over tcp");
        }
        assertThat(told).noneMatch(it -> it.startsWith(EngineEvent.Kind.CIRCUIT_LOST.name()));
        assertThat(client.circuits().stream().map(CircuitView::id)).containsAnyElementsOf(before);
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static int proxy(Engine client, Network network) {
    String address =
        client
            .apply(rules(network), SourceMap.EMPTY)
            .toCompletableFuture()
            .join()
            .getFirst()
            .address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /// The longest time in which nothing came.
  private static long download(int proxy, Cable cable, Trouble trouble, int times)
      throws Exception {
    byte[] sent = new byte[BYTES];
    new Random(1).nextBytes(sent);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().name("origin").start(() -> serve(server, sent));
      MessageDigest heard = MessageDigest.getInstance("SHA-256");
      long longest = 0;
      try (Socket flow = Socks.connect(proxy, "127.0.0.1", server.getLocalPort())) {
        InputStream in = flow.getInputStream();
        byte[] part = new byte[64 * 1024];
        long total = 0;
        int struck = 0;
        long last = System.nanoTime();
        int got;
        while ((got = in.read(part)) >= 0) {
          long now = System.nanoTime();
          longest = Math.max(longest, now - last);
          last = now;
          heard.update(part, 0, got);
          total += got;
          if (struck < times && total > (long) BYTES / (times + 1) * (struck + 1)) {
            struck++;
            trouble.strike(cable);
          }
        }
        assertThat(struck).isEqualTo(times);
      }
      assertThat(heard.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(sent));
      return longest;
    }
  }

  private static void serve(ServerSocket server, byte[] bytes) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write(bytes);
    } catch (IOException gone) {
      return;
    }
  }

  /// What lies between the client and the relay: carries connections, until it is told not to.
  private static final class Cable implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int to;
    private final List<Strand> strands = new CopyOnWriteArrayList<>();

    Cable(int to) throws IOException {
      this.to = to;
      Thread.ofPlatform().daemon().name("cable").start(this::accept);
    }

    String address() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          Socket left = server.accept();
          Strand strand = new Strand(left, new Socket(InetAddress.getLoopbackAddress(), to));
          strands.add(strand);
          strand.start();
        }
      } catch (IOException closed) {
        return;
      }
    }

    /// Resets every connection there is.
    void cut() throws IOException {
      for (Strand strand : strands) {
        strand.cut();
      }
    }

    /// Carries nothing more for the connections there are, and says nothing of it.
    void swallow() {
      strands.forEach(strand -> strand.mute = true);
    }

    @Override
    public void close() throws IOException {
      server.close();
      cut();
    }
  }

  private static final class Strand {
    private final Socket left;
    private final Socket right;
    volatile boolean mute;

    Strand(Socket left, Socket right) {
      this.left = left;
      this.right = right;
    }

    void start() {
      Thread.ofPlatform().daemon().name("strand").start(() -> carry(left, right));
      Thread.ofPlatform().daemon().name("strand").start(() -> carry(right, left));
    }

    private void carry(Socket from, Socket onto) {
      byte[] part = new byte[32 * 1024];
      try (from;
          onto) {
        InputStream in = from.getInputStream();
        OutputStream out = onto.getOutputStream();
        int got;
        while ((got = in.read(part)) >= 0) {
          if (!mute) {
            out.write(part, 0, got);
          }
        }
      } catch (IOException cut) {
        return;
      }
    }

    void cut() throws IOException {
      if (!left.isClosed()) {
        left.setSoLinger(true, 0);
      }
      if (!right.isClosed()) {
        right.setSoLinger(true, 0);
      }
      left.close();
      right.close();
    }
  }
}
