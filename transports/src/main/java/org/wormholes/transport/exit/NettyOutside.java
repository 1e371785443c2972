package org.wormholes.transport.exit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.socket.UdpSocket;

/// Streams, datagrams and names through the sockets of this process.
public final class NettyOutside implements Outside {
  private final Sockets sockets;
  private final Names names;

  public NettyOutside(Sockets sockets) {
    this.sockets = sockets;
    this.names = new Names(sockets);
  }

  @Override
  public void connect(
      Loop loop, InetSocketAddress address, Duration timeout, DialListener listener) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("expected an address, was the name " + address);
    }
    sockets.connect(loop, address, timeout, listener);
  }

  @Override
  public Datagrams datagrams(Loop loop, DatagramListener listener) {
    return UdpSocket.open(
        sockets, sockets.loop(loop), new InetSocketAddress(0), listener, new CompletableFuture<>());
  }

  @Override
  public void resolve(
      Loop loop, String host, int family, List<String> servers, ResolveListener listener) {
    names.resolve(sockets.loop(loop), host, family, servers, listener);
  }

  @Override
  public void ask(
      Loop loop,
      NameQuestion question,
      List<String> servers,
      Predicate<InetAddress> allowed,
      AskListener listener) {
    names.ask(sockets.loop(loop), question, servers, allowed, listener);
  }
}
