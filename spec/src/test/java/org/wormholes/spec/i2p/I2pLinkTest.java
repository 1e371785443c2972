package org.wormholes.spec.i2p;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.wormholes.spec.lab.I2pLab;

/// Links between our own nodes, over streams of a real router.
@Timeout(180)
@ExtendWith(I2pLab.Extension.class)
class I2pLinkTest {
  @Test
  void carriesATunnelBetweenTwoNodes(I2pLab lab) throws Exception {
    byte[] page = new byte[2 << 20];
    new Random(3).nextBytes(page);
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        TwoNodes nodes = new TwoNodes(lab)) {
      Thread.ofPlatform().daemon().name("page").start(() -> serve(server, page));
      assertThat(nodes.exitAddresses()).containsOnlyKeys("i2p");
      assertThat(nodes.exitAddresses().get("i2p")).matches("[a-z2-7]{52}\\.b32\\.i2p");
      assertThat(nodes.links()).contains("link over i2p is up");
      assertThat(nodes.fetch(server.getLocalPort())).isEqualTo(page);
    }
  }

  static void serve(ServerSocket server, byte[] page) {
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
}
