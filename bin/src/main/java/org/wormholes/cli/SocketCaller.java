package org.wormholes.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/// Speaks HTTP/1.1 to an engine over its Unix socket, one request on each connection. Small on
/// purpose: a command that asks one question and ends must not load a network library for it.
final class SocketCaller implements ControlSession.Caller {
  private static final int MAX_LINE = 8_192;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_ANSWER = 256 << 20;

  /// The length of an answer that ends with the connection.
  private static final long UNTIL_END = -1;

  private static final long CHUNKED = -2;

  private final Path socket;

  SocketCaller(Path socket) {
    this.socket = socket;
  }

  /// Whether someone listens on the socket.
  static boolean isOpen(Path socket) {
    try (SocketChannel channel = new SocketCaller(socket).connect()) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public ControlSession.Answer call(String method, String target, byte[] body) throws IOException {
    try (SocketChannel channel = connect()) {
      send(channel, method, target, body);
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
      int status = status(line(in));
      long length = bodyLength(in);
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      read(in, length, content::writeBytes);
      return new ControlSession.Answer(status, content.toString(StandardCharsets.UTF_8));
    }
  }

  /// Gives every line of an answer without end to `lines`, until the engine ends it.
  ///
  /// @param begun runs once the engine has begun to answer
  void follow(String target, Runnable begun, Consumer<String> lines) throws IOException {
    try (SocketChannel channel = connect()) {
      send(channel, "GET", target, new byte[0]);
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
      int status = status(line(in));
      if (status != 200) {
        throw new IOException("the engine answered with status " + status);
      }
      long length = bodyLength(in);
      begun.run();
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      read(in, length, piece -> deliver(piece, rest, lines));
    }
  }

  SocketChannel connect() throws IOException {
    if (!Files.exists(socket)) {
      throw new IOException("no engine answers: there is no socket " + socket);
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (SocketException e) {
      channel.close();
      throw new IOException("no engine answers at " + socket + ": " + e.getMessage(), e);
    }
  }

  private static void send(SocketChannel channel, String method, String target, byte[] body)
      throws IOException {
    String head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            .formatted(method, target, body.length);
    ByteBuffer[] all = {
      ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)), ByteBuffer.wrap(body)
    };
    while (all[0].hasRemaining() || all[1].hasRemaining()) {
      channel.write(all);
    }
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("what listens there does not speak HTTP");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  /// Reads the headers up to the empty line and finds how long the body is.
  private static long bodyLength(InputStream in) throws IOException {
    long length = UNTIL_END;
    for (int i = 0; i < MAX_HEADERS; i++) {
      String header = line(in).toLowerCase(Locale.ROOT);
      if (header.isEmpty()) {
        return length;
      }
      if (header.startsWith("content-length:")) {
        length = number(header.substring(15).strip(), 10);
      } else if (header.startsWith("transfer-encoding:") && header.contains("chunked")) {
        length = CHUNKED;
      }
    }
    throw new IOException("the engine's answer has too many headers");
  }

  private static void read(InputStream in, long length, Consumer<byte[]> pieces)
      throws IOException {
    if (length == CHUNKED) {
      readChunks(in, pieces);
    } else if (length == UNTIL_END) {
      pieces.accept(in.readNBytes(MAX_ANSWER));
    } else {
      pieces.accept(exactly(in, length));
    }
  }

  // RFC 9112 section 7.1
  private static void readChunks(InputStream in, Consumer<byte[]> pieces) throws IOException {
    while (true) {
      long size = number(line(in).split(";", 2)[0].strip(), 16);
      if (size == 0) {
        return;
      }
      byte[] piece = exactly(in, size);
      line(in);
      pieces.accept(piece);
    }
  }

  private static long number(String digits, int radix) throws IOException {
    try {
      return Long.parseUnsignedLong(digits, radix) & Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      throw new IOException("the engine's answer has no valid length", e);
    }
  }

  private static byte[] exactly(InputStream in, long length) throws IOException {
    if (length < 0 || length > MAX_ANSWER) {
      throw new IOException("the engine's answer is too long: " + length + " bytes");
    }
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException("the engine ended the connection in the middle of its answer");
    }
    return bytes;
  }

  private static void deliver(byte[] piece, ByteArrayOutputStream rest, Consumer<String> lines) {
    for (byte b : piece) {
      if (b == '\n') {
        lines.accept(rest.toString(StandardCharsets.UTF_8));
        rest.reset();
      } else {
        rest.write(b);
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < MAX_LINE) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the engine ended the connection without an answer");
      }
      if (b == '\n') {
        return line.toString().stripTrailing();
      }
      line.append((char) b);
    }
    throw new IOException("the engine's answer has a line without end");
  }
}
