package org.wormholes.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A small HTTP server for tests that remembers what it was sent, word for word.
final class WebServer implements AutoCloseable {
  final List<String> heads = new CopyOnWriteArrayList<>();
  final List<String> bodies = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final Loopback loopback = new Loopback(this::serve);

  WebServer() throws IOException {}

  int port() {
    return loopback.port();
  }

  private void serve(Socket socket) throws IOException {
    connections.incrementAndGet();
    InputStream in = new BufferedInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    while (true) {
      String head = head(in);
      if (head.isEmpty()) {
        return;
      }
      heads.add(head);
      if (head.toLowerCase(Locale.ROOT).contains("expect: 100-continue")) {
        out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
      }
      String body = body(head, in);
      bodies.add(body);
      if (!answer(head, body, out)) {
        return;
      }
    }
  }

  private static boolean answer(String head, String body, OutputStream out) throws IOException {
    String path = head.split(" ", 3)[1];
    switch (path) {
      case "/chunked" ->
          out.write(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
                  .getBytes(ISO_8859_1));
      case "/until-close" -> {
        out.write("HTTP/1.1 200 OK\r\n\r\nto the end".getBytes(ISO_8859_1));
        return false;
      }
      case "/cut" -> {
        out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".getBytes(ISO_8859_1));
        return false;
      }
      case "/silent" -> {
        return false;
      }
      case "/big" -> {
        out.write("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n".getBytes(ISO_8859_1));
        out.write(new byte[5_000_000]);
      }
      default -> {
        String text = head.startsWith("HEAD") ? "" : path + "|" + body.length();
        int length = head.startsWith("HEAD") ? 77 : text.length();
        out.write(
            ("HTTP/1.1 200 OK\r\ncontent-length: "
                    + length
                    + "\r\nKeep-Alive: timeout=5\r\nX-Page: yes\r\n\r\n"
                    + text)
                .getBytes(ISO_8859_1));
      }
    }
    return true;
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.append((char) b);
    }
    return head.toString();
  }

  private static String body(String head, InputStream in) throws IOException {
    String lower = head.toLowerCase(Locale.ROOT);
    int at = lower.indexOf("content-length: ");
    if (at >= 0) {
      int length = Integer.parseInt(lower.substring(at + 16, lower.indexOf("\r", at)).strip());
      return new String(in.readNBytes(length), ISO_8859_1);
    }
    return lower.contains("transfer-encoding: chunked") ? chunks(in) : "";
  }

  private static String chunks(InputStream in) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      int size = Integer.parseInt(line(in), 16);
      body.append(new String(in.readNBytes(size), ISO_8859_1));
      line(in);
      if (size == 0) {
        return body.toString();
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.append((char) b);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    loopback.close();
  }
}
