package org.wormholes.transport.entry;

import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandResponse;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor.DatagramHandler;
import org.wormholes.runtime.spi.FlowAcceptor.DatagramPort;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.UdpSocket;

/// A SOCKS5 UDP association (RFC 1928 section 7): a UDP socket beside the TCP connection that asked
/// for it, and gone with it. It hears the host that asked and nobody else; once that host's first
/// datagram came, only the port it came from.
final class UdpAssociation implements DatagramPort {
  private final Visitor visitor;
  private final FlowRequest request;
  private final UdpHeaders headers = new UdpHeaders();
  private @Nullable UdpSocket socket;
  private @Nullable DatagramHandler handler;
  private @Nullable InetSocketAddress client;
  private boolean answered;
  private boolean closed;

  private UdpAssociation(Visitor visitor, FlowRequest request) {
    this.visitor = visitor;
    this.request = request;
  }

  /// Opens a socket, asks the engine and answers the application.
  static UdpAssociation open(Visitor visitor, FlowRequest request) {
    UdpAssociation association = new UdpAssociation(visitor, request);
    Door door = visitor.door;
    if (door.associations.incrementAndGet() > door.limits.maxAssociations()
        || !(visitor.channel.localAddress() instanceof InetSocketAddress here)) {
      door.note("UDP associations refused, because there were too many");
      association.fail();
      return association;
    }
    CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
    association.socket =
        UdpSocket.open(
            door.sockets,
            visitor.loop,
            new InetSocketAddress(here.getAddress(), 0),
            association::onDatagram,
            bound);
    bound.whenComplete((address, failure) -> association.onBound(address));
    return association;
  }

  private void onBound(@Nullable InetSocketAddress address) {
    if (closed) {
      return;
    }
    if (address == null) {
      fail();
      return;
    }
    handler = visitor.door.acceptor.associate(request, this);
    if (closed) {
      return;
    }
    answered = true;
    InetAddress ip = address.getAddress();
    visitor.channel.writeAndFlush(
        new DefaultSocks5CommandResponse(
            Socks5CommandStatus.SUCCESS,
            ip instanceof Inet6Address ? Socks5AddressType.IPv6 : Socks5AddressType.IPv4,
            NetUtil.toAddressString(ip),
            address.getPort()));
  }

  private void fail() {
    shut();
    refuse(Socks5CommandStatus.FAILURE);
  }

  private void refuse(Socks5CommandStatus status) {
    answered = true;
    visitor.endWith(new DefaultSocks5CommandResponse(status, Socks5AddressType.IPv4, "0.0.0.0", 0));
  }

  private void onDatagram(InetSocketAddress from, ByteBuffer data) {
    DatagramHandler hears = handler;
    if (closed || hears == null || !isClient(from)) {
      return;
    }
    Target to = headers.read(data);
    if (to != null) {
      client = from;
      hears.onDatagram(to, data);
    }
  }

  private boolean isClient(InetSocketAddress from) {
    InetSocketAddress known = client;
    if (known != null) {
      return known.equals(from);
    }
    int named = request.target().port();
    return visitor.channel.remoteAddress() instanceof InetSocketAddress application
        && application.getAddress().equals(from.getAddress())
        && (named == 0 || named == from.getPort());
  }

  @Override
  public Loop loop() {
    return visitor.loop;
  }

  @Override
  public void send(Target from, byte[] array, int offset, int length) {
    InetSocketAddress to = client;
    UdpSocket open = socket;
    if (closed || to == null || open == null) {
      return;
    }
    open.send(to, headers.header(from), array, offset, length);
    open.flushSoon();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    shut();
    if (answered || !visitor.channel.isActive()) {
      visitor.channel.close();
    } else {
      refuse(Socks5CommandStatus.FORBIDDEN);
    }
  }

  private void shut() {
    closed = true;
    visitor.door.associations.decrementAndGet();
    UdpSocket open = socket;
    if (open != null) {
      open.close();
    }
    DatagramHandler hears = handler;
    if (hears != null) {
      hears.onClosed();
    }
  }
}
