package org.wormholes.transport.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// The carrier `tcp`. Its addresses are `1.2.3.4:port` and `[2001:db8::1]:port`. Names are refused:
/// to look one up would tell the local resolver whom a node talks to.
final class TcpCarrier implements Carrier {
  private final Sockets sockets;

  TcpCarrier(Sockets sockets) {
    this.sockets = sockets;
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public Optional<String> addressProblem(String address) {
    return literal(address).isPresent() ? Optional.empty() : Optional.of("expected ip:port");
  }

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    Optional<InetSocketAddress> literal = literal(address);
    if (literal.isEmpty() || literal.get().getPort() == 0) {
      loop.execute(() -> listener.onFailed(DialFailure.FAILED));
      return;
    }
    sockets.connect(loop, literal.get(), timeout, listener);
  }

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    Optional<InetSocketAddress> literal = literal(address);
    if (literal.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IOException("could not listen on " + address + ": expected ip:port"));
    }
    return sockets.listen(
        loops,
        literal.get(),
        (loop, channel) -> accept.accept(sockets.stream(loop, channel, null, false)));
  }

  private static Optional<InetSocketAddress> literal(String address) {
    return HostPort.parse(address).flatMap(HostPort::literal);
  }
}
