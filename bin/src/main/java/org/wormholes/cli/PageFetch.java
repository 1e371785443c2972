package org.wormholes.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Fetches one page through a SOCKS5 proxy, the way any application would: the name travels to the
/// proxy unresolved.
final class PageFetch {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int MAX_PAGE = 1 << 20;

  /// What came back.
  ///
  /// @param status of HTTP
  /// @param bytes of the page itself
  /// @param firstByte from connecting to the proxy until the first byte of the answer
  /// @param application the local end of the application's connection, `ip:port`
  record Page(int status, int bytes, Duration firstByte, String application) {}

  private PageFetch() {}

  static Page through(String proxyHost, int proxyPort, String host, int port) throws IOException {
    InetSocketAddress proxy = new InetSocketAddress(InetAddress.ofLiteral(proxyHost), proxyPort);
    long start = System.nanoTime();
    try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, proxy))) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(InetSocketAddress.createUnresolved(host, port), TIMEOUT_MILLIS);
      String request =
          "GET / HTTP/1.0\r\nHost: %s:%d\r\nConnection: close\r\n\r\n".formatted(host, port);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = new BufferedInputStream(socket.getInputStream());
      int first = in.read();
      Duration firstByte = Duration.ofNanos(System.nanoTime() - start);
      if (first < 0) {
        throw new IOException("the connection ended before an answer came");
      }
      String answer =
          (char) first + new String(in.readNBytes(MAX_PAGE), StandardCharsets.ISO_8859_1);
      return new Page(
          status(answer), bodyLength(answer), firstByte, "127.0.0.1:" + socket.getLocalPort());
    }
  }

  private static int status(String answer) throws IOException {
    if (!answer.matches("(?s)HTTP/1\\.[01] [1-5][0-9][0-9].*")) {
      throw new IOException("what came back is not HTTP");
    }
    return Integer.parseInt(answer.substring(9, 12));
  }

  private static int bodyLength(String answer) throws IOException {
    int end = answer.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("the answer ended inside its headers");
    }
    return answer.length() - end - 4;
  }
}
