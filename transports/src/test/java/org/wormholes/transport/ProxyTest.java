package org.wormholes.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;

/// An entry in front of a [DirectAcceptor], and the means to talk to it.
abstract class ProxyTest {
  NettyTransport transport = NettyTransport.open(NettyOptions.defaults().withLoops(1));
  DirectAcceptor acceptor = new DirectAcceptor(transport);
  int port;

  @AfterEach
  void closeTransport() {
    transport.close();
  }

  void open(NettyOptions options, EntryLimits limits, EntrySpec spec) throws Exception {
    transport.close();
    transport = NettyTransport.open(options, limits);
    acceptor = new DirectAcceptor(transport);
    Listener listener =
        transport.listen(spec, acceptor).toCompletableFuture().get(5, TimeUnit.SECONDS);
    port = HostPort.parse(listener.address()).orElseThrow().port();
  }

  void open() throws Exception {
    open(NettyOptions.defaults().withLoops(2), EntryLimits.defaults(), socks());
  }

  void open(EntryLimits limits) throws Exception {
    open(NettyOptions.defaults().withLoops(2), limits, socks());
  }

  static EntrySpec socks() {
    return new EntrySpec("web", EntrySpec.Kind.SOCKS, "127.0.0.1", 0, true, Optional.empty());
  }

  static EntrySpec forward(int port, boolean udp) {
    return new EntrySpec(
        "fixed",
        EntrySpec.Kind.FORWARD,
        "127.0.0.1",
        0,
        udp,
        Optional.of(new Target("fixed.test", port)));
  }

  Socket dial() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  static void say(Socket socket, byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  static void say(Socket socket, String text) throws IOException {
    say(socket, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static byte[] hear(Socket socket, int bytes) throws IOException {
    return socket.getInputStream().readNBytes(bytes);
  }

  static String hearAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /// Headers and body of one HTTP message that has a `Content-Length` or none.
  static String hearMessage(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return text.toString();
      }
      text.append((char) b);
    }
    int at = text.indexOf("content-length: ");
    if (at >= 0) {
      int length = Integer.parseInt(text.substring(at + 16, text.indexOf("\r", at)).strip());
      text.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
    }
    return text.toString();
  }

  static byte[] socks5Connect(String host, int port) {
    byte[] name = host.getBytes(StandardCharsets.ISO_8859_1);
    byte[] request = new byte[7 + name.length];
    request[0] = 5;
    request[1] = 1;
    request[3] = 3;
    request[4] = (byte) name.length;
    System.arraycopy(name, 0, request, 5, name.length);
    request[5 + name.length] = (byte) (port >> 8);
    request[6 + name.length] = (byte) port;
    return request;
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
