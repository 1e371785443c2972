package org.wormholes.spec;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A SOCKS5 client for tests (RFC 1928, RFC 1929), so that what is said on the wire is ours.
public final class Socks {
  private Socks() {}

  /// Connects through the proxy at `proxyPort` to a host given as a name.
  public static Socket connect(int proxyPort, String host, int port) throws IOException {
    return connect(proxyPort, host, port, "");
  }

  /// Likewise with a user name, and an empty password is one byte long.
  public static Socket connect(int proxyPort, String host, int port, String user)
      throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
    OutputStream out = socket.getOutputStream();
    DataInputStream in = new DataInputStream(socket.getInputStream());
    out.write(new byte[] {5, 1, (byte) (user.isEmpty() ? 0 : 2)});
    expect(in.readUnsignedByte(), 5);
    expect(in.readUnsignedByte(), user.isEmpty() ? 0 : 2);
    if (!user.isEmpty()) {
      byte[] name = user.getBytes(StandardCharsets.US_ASCII);
      out.write(1);
      out.write(name.length);
      out.write(name);
      out.write(new byte[] {1, 'x'});
      expect(in.readUnsignedByte(), 1);
      expect(in.readUnsignedByte(), 0);
    }
    byte[] name = host.getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[7 + name.length];
    request[0] = 5;
    request[1] = 1;
    request[3] = 3;
    request[4] = (byte) name.length;
    System.arraycopy(name, 0, request, 5, name.length);
    request[5 + name.length] = (byte) (port >> 8);
    request[6 + name.length] = (byte) port;
    out.write(request);
    expect(in.readUnsignedByte(), 5);
    int reply = in.readUnsignedByte();
    if (reply != 0) {
      socket.close();
      throw new IOException("socks reply " + reply);
    }
    in.readUnsignedByte();
    in.skipNBytes(in.readUnsignedByte() == 1 ? 6 : 18);
    return socket;
  }

  private static void expect(int actual, int expected) throws IOException {
    if (actual != expected) {
      throw new IOException("expected " + expected + ", was " + actual);
    }
  }
}
