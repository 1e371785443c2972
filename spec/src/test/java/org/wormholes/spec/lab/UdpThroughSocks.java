package org.wormholes.spec.lab;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A local UDP port whose datagrams go to one target through a proxy's UDP ASSOCIATE (RFC 1928
/// section 7): what lets a program that knows nothing of proxies, such as dig, use one.
public final class UdpThroughSocks implements AutoCloseable {
  private final Socket association;
  private final SocketAddress relay;
  private final byte[] header;
  private final DatagramChannel inside;
  private final DatagramChannel outside;
  private volatile @Nullable SocketAddress program;

  private UdpThroughSocks(
      Socket association,
      SocketAddress relay,
      byte[] header,
      DatagramChannel inside,
      DatagramChannel outside) {
    this.association = association;
    this.relay = relay;
    this.header = header;
    this.inside = inside;
    this.outside = outside;
  }

  /// @param proxyPort a SOCKS5 proxy on loopback
  /// @param target where datagrams go, an IPv4 address
  public static UdpThroughSocks open(int proxyPort, InetSocketAddress target) throws IOException {
    byte[] header =
        ByteBuffer.allocate(10)
            .putInt(1)
            .put(target.getAddress().getAddress())
            .putShort((short) target.getPort())
            .array();
    return open(proxyPort, header);
  }

  /// @param name where datagrams go, resolved by the proxy
  public static UdpThroughSocks open(int proxyPort, String name, int port) throws IOException {
    byte[] text = name.getBytes(StandardCharsets.US_ASCII);
    byte[] header =
        ByteBuffer.allocate(7 + text.length)
            .putInt(3)
            .put((byte) text.length)
            .put(text)
            .putShort((short) port)
            .array();
    return open(proxyPort, header);
  }

  private static UdpThroughSocks open(int proxyPort, byte[] header) throws IOException {
    Socket association = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
    association.setSoTimeout(10_000);
    SocketAddress relay = associate(association);
    UdpThroughSocks forwarder =
        new UdpThroughSocks(association, relay, header, onLoopback(), onLoopback());
    Thread.ofPlatform().daemon().name("udp out").start(forwarder::carryOut);
    Thread.ofPlatform().daemon().name("udp back").start(forwarder::carryBack);
    return forwarder;
  }

  private static DatagramChannel onLoopback() throws IOException {
    return DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static SocketAddress associate(Socket control) throws IOException {
    OutputStream out = control.getOutputStream();
    DataInputStream in = new DataInputStream(control.getInputStream());
    out.write(new byte[] {5, 1, 0});
    require(in.readUnsignedByte() == 5 && in.readUnsignedByte() == 0, "method");
    out.write(new byte[] {5, 3, 0, 1, 0, 0, 0, 0, 0, 0});
    require(in.readUnsignedByte() == 5 && in.readUnsignedByte() == 0, "UDP ASSOCIATE");
    require(in.readUnsignedByte() == 0 && in.readUnsignedByte() == 1, "an IPv4 relay address");
    byte[] address = in.readNBytes(4);
    return new InetSocketAddress(InetAddress.getByAddress(address), in.readUnsignedShort());
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("the proxy refused: " + what);
    }
  }

  private interface Step {
    void take() throws IOException;
  }

  private static void untilClosed(Step step) {
    try {
      while (true) {
        step.take();
      }
    } catch (AsynchronousCloseException | NotYetConnectedException closed) {
      // The end of the test.
    } catch (IOException broken) {
      throw new AssertionError("UDP through SOCKS", broken);
    }
  }

  private void carryOut() {
    ByteBuffer datagram = ByteBuffer.allocate(65_535);
    untilClosed(() -> {
      datagram.clear();
      datagram.put(header);
      program = inside.receive(datagram);
      outside.send(datagram.flip(), relay);
    });
  }

  private void carryBack() {
    ByteBuffer datagram = ByteBuffer.allocate(65_535);
    untilClosed(() -> {
      datagram.clear();
      outside.receive(datagram);
      SocketAddress to = program;
      if (to != null && datagram.flip().limit() > headerOf(datagram)) {
        inside.send(datagram.position(headerOf(datagram)), to);
      }
    });
  }

  private static int headerOf(ByteBuffer datagram) {
    return switch (datagram.get(3)) {
      case 1 -> 10;
      case 3 -> 7 + datagram.get(4);
      default -> 22;
    };
  }

  /// The local port.
  public int port() {
    try {
      return ((InetSocketAddress) inside.getLocalAddress()).getPort();
    } catch (IOException closed) {
      throw new AssertionError("the forwarder is closed", closed);
    }
  }

  @Override
  public void close() throws IOException {
    inside.close();
    outside.close();
    association.close();
  }
}
