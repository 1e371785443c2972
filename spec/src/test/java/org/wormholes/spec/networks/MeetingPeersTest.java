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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.embed.Wormholes;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;

/// Nodes that listen nowhere are met by their keys through a relay that both know.
@Timeout(60)
final class MeetingPeersTest {
  private static final Network NETWORK = new Network("home", true, List.of());
  private static final int BYTES = 4 << 20;

  @TempDir private Path folder;

  private Wormholes open(String name, String contact, String words) throws IOException {
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
    return Wormholes.open(script);
  }

  /// Waits until an engine knows how another is met.
  private static String known(Wormholes seeking, Wormholes sought) {
    String address = sought.engine().id().address();
    Peers.await(
        "it is known",
        seeking.engine(),
        () ->
            seeking.engine().nodes().stream()
                .filter(each -> each.node().equals(address))
                .anyMatch(each -> each.addresses().containsKey("relay")));
    return address + ".peer";
  }

  @Test
  void aNodeThatListensNowhereIsMetThroughARelay() throws Exception {
    try (Peers peers = new Peers();
        Mirror echo = new Mirror()) {
      String contact = Peers.contact(peers.relay(NETWORK));
      try (Wormholes near = open("near", contact, "");
          Wormholes far = open("far", contact, "publish %d, as: \"echo\"".formatted(echo.port()))) {
        String name = known(near, far);
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        try (ByteChannel channel = near.channel("home", name, echo.port())) {
          Thread.ofPlatform().daemon().start(() -> write(channel, sent));
          InputStream in = Channels.newInputStream(channel);
          assertThat(in.readNBytes(BYTES)).isEqualTo(sent);
        }
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
        String name = known(near, far);
        assertThatThrownBy(() -> near.channel("home", name, echo.port()))
            .hasMessageContaining("publishes nothing to this one");
      }
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
          continue;
        }
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
