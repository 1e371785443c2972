package org.wormholes.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A destination that gives back what it got, and somebody who looks whether that is so.
final class Echo {
  private Echo() {}

  /// Sends so many bytes through the proxy at `proxy` and back.
  static void through(int proxy, int bytes, long seed) throws Exception {
    byte[] sent = new byte[bytes];
    new Random(seed).nextBytes(sent);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> served = aside(() -> serve(server));
      try (Socket flow = Socks.connect(proxy, "127.0.0.1", server.getLocalPort())) {
        CompletableFuture<Void> written =
            aside(() -> {
              flow.getOutputStream().write(sent);
              flow.shutdownOutput();
            });
        byte[] back = flow.getInputStream().readAllBytes();
        written.get(10, TimeUnit.SECONDS);
        assertThat(Arrays.equals(back, sent)).as("came back unchanged").isTrue();
      }
      served.get(10, TimeUnit.SECONDS);
    }
  }

  private static void serve(ServerSocket server) throws IOException {
    try (Socket socket = server.accept()) {
      byte[] all = socket.getInputStream().readAllBytes();
      socket.getOutputStream().write(all);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static CompletableFuture<Void> aside(Work work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            work.run();
            done.complete(null);
          } catch (IOException e) {
            done.completeExceptionally(new UncheckedIOException(e));
          }
        });
    return done;
  }
}
