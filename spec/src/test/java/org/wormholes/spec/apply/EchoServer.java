package org.wormholes.spec.apply;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Sends back what it hears.
final class EchoServer implements AutoCloseable {
  private final ServerSocket listening;

  EchoServer() throws IOException {
    listening = new ServerSocket(0, 2_048, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::serve);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void serve() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        Thread.ofPlatform().daemon().start(() -> echo(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[4_096];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        socket.getOutputStream().write(buffer, 0, read);
      }
    } catch (IOException reset) {
      // The other side says what it missed.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
