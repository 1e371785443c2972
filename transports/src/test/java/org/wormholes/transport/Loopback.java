package org.wormholes.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A destination on loopback that runs a piece of test code for each connection, on virtual
/// threads.
final class Loopback implements AutoCloseable {
  interface Serve {
    void serve(Socket socket) throws IOException;
  }

  final ServerSocket server;
  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  Loopback(Serve serve) throws IOException {
    server = new ServerSocket();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    threads.add(Thread.startVirtualThread(() -> accept(serve)));
  }

  private void accept(Serve serve) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.startVirtualThread(() -> {
          try (socket) {
            serve.serve(socket);
          } catch (IOException | RuntimeException failure) {
            failures.add(failure);
          }
        });
      } catch (IOException closed) {
        return;
      }
    }
  }

  static Loopback echo() throws IOException {
    return new Loopback(socket -> {
      socket.getInputStream().transferTo(socket.getOutputStream());
      socket.shutdownOutput();
    });
  }

  int port() {
    return server.getLocalPort();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
  }

  static byte[] readAll(InputStream in) throws IOException {
    return in.readAllBytes();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
