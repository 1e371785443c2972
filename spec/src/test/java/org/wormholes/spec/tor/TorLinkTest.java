package org.wormholes.spec.tor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.TorLab;
import org.wormholes.transport.NettyTransport;

/// Links between our own nodes over onion services.
@Timeout(240)
@ExtendWith(TorLab.Extension.class)
class TorLinkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void carriesATunnelOfThreeHops(TorLab lab) throws Exception {
    byte[] page = new byte[4 << 20];
    new Random(3).nextBytes(page);
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        OnionNodes nodes = new OnionNodes(lab, folder)) {
      Thread.ofPlatform().daemon().name("page").start(() -> serve(server, page));
      for (Engine relay : nodes.relays()) {
        assertThat(relay.carrierAddresses())
            .isEqualTo(Map.of("tor", relay.id().address() + ".onion:4040"));
      }
      assertThat(nodes.links())
          .isNotEmpty()
          .allSatisfy(link -> assertThat(link).contains("link over tor is up"));
      assertThat(nodes.fetch(server.getLocalPort())).isEqualTo(page);
      survivesItsTor(nodes, server.getLocalPort(), page);
    }
  }

  /// The client's tor is killed under a transfer: the link waits for the one that the engine starts
  /// in its place, and the transfer goes on.
  private void survivesItsTor(OnionNodes nodes, int port, byte[] page) throws IOException {
    ProcessHandle tor =
        ProcessHandle.current()
            .descendants()
            .filter(it -> it.info().commandLine().orElse("").contains(folder.resolve("here") + ""))
            .findFirst()
            .orElseThrow();
    int told = nodes.events().size();
    try (Socket flow = nodes.open(port)) {
      InputStream in = flow.getInputStream();
      byte[] first = in.readNBytes(1_000);
      tor.destroyForcibly();
      byte[] rest = in.readAllBytes();
      assertThat(first.length + rest.length).isEqualTo(page.length);
      assertThat(rest).isEqualTo(Arrays.copyOfRange(page, first.length, page.length));
    }
    assertThat(nodes.events().stream().skip(told))
        .anyMatch(event -> event.message().equals("link goes on over tor"));
  }

  private static void serve(ServerSocket server, byte[] page) {
    try {
      while (true) {
        try (Socket socket = server.accept()) {
          socket.getOutputStream().write(page);
        }
      }
    } catch (IOException closed) {
      return;
    }
  }

  /// A node that only some may find is found by those alone.
  @Test
  void whoHasNoKeyDoesNotFindANodeForSome(TorLab lab) throws Exception {
    byte[] secret = X25519.createPrivate(new SecureRandom()::nextBytes);
    NodeKey key = OnionNodes.key();
    Path clients = folder.resolve("clients");
    Files.writeString(clients, "descriptor:x25519:" + base32(X25519.publicOf(secret)) + "\n");
    Path keys = folder.resolve("keys");
    Files.writeString(keys, key.id().address() + ":descriptor:x25519:" + base32(secret) + "\n");
    String torrc = lab.torrc().toString();

    try (NettyTransport node =
            OnionNodes.transport(
                folder.resolve("node"), Map.of("torrc", torrc, "clients", clients.toString()));
        NettyTransport friend =
            OnionNodes.transport(
                folder.resolve("friend"), Map.of("torrc", torrc, "keys", keys.toString()));
        NettyTransport stranger =
            OnionNodes.transport(folder.resolve("stranger"), Map.of("torrc", torrc))) {
      Listener listener =
          tor(node)
              .listen(node.loops(), "127.0.0.1:0", key, Connection::abort)
              .toCompletableFuture()
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Await.that("a friend's stream", OnionNodes.LIMIT, () -> reaches(friend, listener.address()));
      assertThat(reaches(stranger, listener.address())).isFalse();
    }
  }

  private static Carrier tor(NettyTransport transport) {
    return transport.carriers().stream()
        .filter(carrier -> carrier.name().equals("tor"))
        .findFirst()
        .orElseThrow();
  }

  private static boolean reaches(NettyTransport from, String address) {
    CompletableFuture<Boolean> reached = new CompletableFuture<>();
    tor(from)
        .dial(
            from.loops().getFirst(),
            address,
            PATIENCE,
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                connection.abort();
                reached.complete(true);
              }

              @Override
              public void onFailed(DialFailure failure) {
                reached.complete(false);
              }
            });
    return reached.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /// RFC 4648 section 6, in small letters and without padding.
  private static String base32(byte[] key) {
    String digits = new BigInteger(1, key).shiftLeft(4).toString(32);
    StringBuilder text = new StringBuilder("a".repeat(52 - digits.length()));
    digits
        .chars()
        .forEach(
            c -> text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(Character.digit(c, 32))));
    return text.toString();
  }
}
