package org.wormholes.spec.lab;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A SOCKS5 client that shows what happens (RFC 1928, RFC 1929).
public final class Socks {
  private static final int TIMEOUT_MILLIS = 30_000;

  private Socks() {}

  /// A stream to `host`, as the user `user`. Reading from it gives up after half a minute.
  public static Socket open(int proxyPort, String host, int port, String user) throws IOException {
    return open(new Socket(), proxyPort, host, port, user);
  }

  /// The same on a socket whose options are already set.
  public static Socket open(Socket socket, int proxyPort, String host, int port, String user)
      throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort));
    socket.setSoTimeout(TIMEOUT_MILLIS);
    OutputStream out = socket.getOutputStream();
    DataInputStream in = new DataInputStream(socket.getInputStream());
    out.write(new byte[] {5, 1, 2});
    require(in.readUnsignedShort() == 0x0502, "user name and password");
    out.write(concatenate(new byte[] {1}, counted(user), counted("x")));
    require(in.readUnsignedShort() == 0x0100, "the user " + user);
    byte[] portBytes = {(byte) (port >> 8), (byte) port};
    out.write(concatenate(new byte[] {5, 1, 0, 3}, counted(host), portBytes));
    require(in.readUnsignedByte() == 5, "SOCKS5");
    int reply = in.readUnsignedByte();
    require(reply == 0, host + ", with reply " + reply);
    in.readUnsignedByte();
    int address =
        switch (in.readUnsignedByte()) {
          case 1 -> 4;
          case 4 -> 16;
          default -> in.readUnsignedByte();
        };
    in.skipNBytes(address + 2L);
    return socket;
  }

  /// Opens a stream and asks its far end for a page; the answer is left to be read.
  public static Socket get(int proxyPort, PageServer pages, String host, String path, String user)
      throws IOException {
    Socket socket = open(proxyPort, host, pages.port(), user);
    request(socket, path);
    return socket;
  }

  /// Writes an HTTP request after which the server closes.
  public static void request(Socket socket, String path) throws IOException {
    String text = "GET " + path + " HTTP/1.1\r\nHost: far\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /// Reads the head of an HTTP answer, up to and with its empty line.
  public static void skipHead(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    int last = 0;
    while (last != 0x0d0a0d0a) {
      last = last << 8 | in.readUnsignedByte();
    }
  }

  private static byte[] counted(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return concatenate(new byte[] {(byte) bytes.length}, bytes);
  }

  private static byte[] concatenate(byte[]... parts) {
    int size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    byte[] all = new byte[size];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static void require(boolean condition, String what) throws IOException {
    if (!condition) {
      throw new IOException("the proxy refused " + what);
    }
  }
}
