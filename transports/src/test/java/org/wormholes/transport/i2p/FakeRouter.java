package org.wormholes.transport.i2p;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/// A SAM bridge that answers what a test tells it to. An answer of nothing is silence.
final class FakeRouter implements AutoCloseable {
  static final String KEY = key();

  final List<String> heard = new CopyOnWriteArrayList<>();
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final ServerSocket server;
  private volatile UnaryOperator<String> answers;

  FakeRouter(UnaryOperator<String> answers) throws IOException {
    this.answers = answers;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("fake router").start(this::accept);
  }

  /// Answers as a router does for which all is well.
  static String well(String line) {
    String[] words = line.split(" ", 3);
    return switch (words[0] + " " + words[1]) {
      case "HELLO VERSION" -> "HELLO REPLY RESULT=OK VERSION=3.1\n";
      case "DEST GENERATE" -> "DEST REPLY PUB=x PRIV=" + KEY + "\n";
      case "SESSION CREATE" -> "SESSION STATUS RESULT=OK DESTINATION=" + KEY + "\n";
      case "NAMING LOOKUP" -> "NAMING REPLY RESULT=OK NAME=ME VALUE=x\n";
      case "STREAM CONNECT" -> "STREAM STATUS RESULT=OK\nfirst words";
      default -> "";
    };
  }

  private static String key() {
    byte[] binary = new byte[679];
    binary[384] = 5;
    binary[386] = 4;
    binary[388] = 7;
    return Base64.getEncoder().encodeToString(binary).replace('+', '-').replace('/', '~');
  }

  void answers(UnaryOperator<String> others) {
    answers = others;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        Thread.ofPlatform().daemon().name("fake router").start(() -> serve(socket));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void serve(Socket socket) {
    try (socket;
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      OutputStream out = socket.getOutputStream();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard.add(line);
        out.write(answers.apply(line).getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException closed) {
      return;
    }
  }

  /// Hangs up on everybody.
  void hangUp() throws IOException {
    for (Socket each = sockets.poll(); each != null; each = sockets.poll()) {
      each.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    hangUp();
  }
}
