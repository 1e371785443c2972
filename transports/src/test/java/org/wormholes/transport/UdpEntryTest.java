package org.wormholes.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.NettyOptions.Polling;
import org.wormholes.transport.socket.Works;

@Timeout(20)
class UdpEntryTest extends ProxyTest {
  @ParameterizedTest
  @EnumSource(Polling.class)
  void carriesDatagramsOfAnAssociation(Polling polling) throws Exception {
    Works.here(polling);
    open(
        NettyOptions.defaults().withPolling(polling).withLoops(2), EntryLimits.defaults(), socks());
    try (DatagramSocket echo = echo();
        Socket control = dial();
        DatagramSocket client = socket()) {
      InetSocketAddress relay = associate(control);
      for (int size : new int[] {1, 512, 1472, 9000, 60_000}) {
        byte[] body = new byte[size];
        Arrays.fill(body, (byte) size);
        client.send(packet(named("echo.test", echo.getLocalPort(), body), relay));
        byte[] answer = receive(client);
        assertThat(Arrays.copyOf(answer, 8)).startsWith(0, 0, 0, 1, 127, 0, 0, 1);
        assertThat(Arrays.copyOfRange(answer, 10, answer.length)).isEqualTo(body);
      }
      assertThat(acceptor.requests).hasSize(1);
    }
    SocksEntryTest.awaitThat(() -> acceptor.datagramsClosed.get() == 1);
  }

  @Test
  void hearsNobodyElseAndNoFragments() throws Exception {
    open();
    try (DatagramSocket echo = echo();
        Socket control = dial();
        DatagramSocket client = socket();
        DatagramSocket stranger = socket()) {
      InetSocketAddress relay = associate(control);
      int to = echo.getLocalPort();
      client.send(packet(named("echo.test", to, "mine".getBytes(UTF_8)), relay));
      assertThat(receive(client)).endsWith("mine".getBytes(UTF_8));
      stranger.send(packet(named("echo.test", to, "not mine".getBytes(UTF_8)), relay));
      byte[] fragment = named("echo.test", to, "part".getBytes(UTF_8));
      fragment[2] = 1;
      client.send(packet(fragment, relay));
      client.send(packet(new byte[] {0, 0, 0}, relay));
      client.send(packet(new byte[] {0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8}, relay));
      client.send(packet(new byte[] {0, 0, 0, 3, (byte) 255, 'x', 0, 1}, relay));
      client.send(packet(named("echo.test", to, "after".getBytes(UTF_8)), relay));
      assertThat(receive(client)).endsWith("after".getBytes(UTF_8));
      stranger.setSoTimeout(50);
      assertThatThrownBy(() -> receive(stranger)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void refusesAssociationsWhereTheEntryHasNoUdp() throws Exception {
    open(
        NettyOptions.defaults().withLoops(1),
        EntryLimits.defaults(),
        new org.wormholes.runtime.spi.EntrySpec(
            "web",
            org.wormholes.runtime.spi.EntrySpec.Kind.SOCKS,
            "127.0.0.1",
            0,
            false,
            java.util.Optional.empty()));
    try (Socket control = dial()) {
      say(control, bytes(5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0));
      assertThat(hear(control, 4)).containsExactly(5, 0, 5, 7);
    }
  }

  @Test
  void forwardsAPortAndForgetsSilentSenders() throws Exception {
    try (DatagramSocket echo = echo();
        DatagramSocket one = socket();
        DatagramSocket two = socket()) {
      open(
          NettyOptions.defaults().withLoops(1),
          EntryLimits.defaults().withDatagramIdle(Duration.ofMillis(300)),
          forward(echo.getLocalPort(), true));
      InetSocketAddress relay = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      one.send(packet("one".getBytes(UTF_8), relay));
      two.send(packet("two".getBytes(UTF_8), relay));
      assertThat(receive(one)).isEqualTo("one".getBytes(UTF_8));
      assertThat(receive(two)).isEqualTo("two".getBytes(UTF_8));
      assertThat(acceptor.requests).hasSize(2);
      SocksEntryTest.awaitThat(() -> acceptor.datagramsClosed.get() == 2);
      one.send(packet("again".getBytes(UTF_8), relay));
      assertThat(receive(one)).isEqualTo("again".getBytes(UTF_8));
      assertThat(acceptor.requests).hasSize(3);
    }
  }

  private InetSocketAddress associate(Socket control) throws IOException {
    say(control, bytes(5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0));
    byte[] reply = hear(control, 12);
    assertThat(reply).startsWith(5, 0, 5, 0, 0, 1, 127, 0, 0, 1);
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), (reply[10] & 0xff) << 8 | (reply[11] & 0xff));
  }

  private static byte[] named(String host, int port, byte[] body) {
    byte[] connect = socks5Connect(host, port);
    byte[] datagram = Arrays.copyOf(connect, connect.length + body.length);
    datagram[0] = 0;
    datagram[1] = 0;
    System.arraycopy(body, 0, datagram, connect.length, body.length);
    return datagram;
  }

  private static DatagramSocket socket() throws SocketException {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.setSoTimeout(5000);
    return socket;
  }

  private static DatagramSocket echo() throws SocketException {
    DatagramSocket socket = socket();
    socket.setSoTimeout(0);
    Thread.startVirtualThread(() -> {
      try {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        while (true) {
          packet.setLength(65_535);
          socket.receive(packet);
          socket.send(packet);
        }
      } catch (IOException closed) {
        return;
      }
    });
    return socket;
  }

  private static DatagramPacket packet(byte[] bytes, InetSocketAddress to) {
    return new DatagramPacket(bytes, bytes.length, to);
  }

  private static byte[] receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    socket.receive(packet);
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }
}
