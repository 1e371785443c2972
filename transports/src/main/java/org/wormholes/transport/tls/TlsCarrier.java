package org.wormholes.transport.tls;

import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;

/// The carrier `tls`: a byte stream in TLS 1.3, on a port that a stranger takes for a web server's.
/// Addresses are those of [TlsAddress]. It authenticates nobody, the link inside does.
final class TlsCarrier implements Carrier {
  /// Channels of a listener that are not links yet, or never will be.
  static final int MAX_STRANGERS = 1_024;

  private static final String EXPECTED = "expected ip:port[,name=NAME]";

  private final Sockets sockets;
  private final TlsSettings settings;
  private final TlsClient client;
  private final Clock clock;

  TlsCarrier(Sockets sockets, TlsSettings settings, Clock clock) {
    this.sockets = sockets;
    this.settings = settings;
    this.client = new TlsClient(settings);
    this.clock = clock;
  }

  @Override
  public String name() {
    return "tls";
  }

  @Override
  public Optional<String> addressProblem(String address) {
    return TlsAddress.parse(address).isPresent() ? Optional.empty() : Optional.of(EXPECTED);
  }

  // Out

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    Optional<TlsAddress> target =
        TlsAddress.parse(address).filter(it -> it.socket().getPort() != 0);
    if (target.isEmpty()) {
      loop.execute(() -> listener.onFailed(DialFailure.FAILED));
      return;
    }
    sockets.open(
        loop,
        target.get().socket(),
        timeout,
        new Sockets.Opened() {
          @Override
          public void opened(NettyLoop on, SocketChannel channel, Duration left) {
            shakeHands(on, channel, target.get().name(), left, listener);
          }

          @Override
          public void failed(DialFailure failure) {
            listener.onFailed(failure);
          }
        });
  }

  private void shakeHands(
      NettyLoop loop, SocketChannel channel, String name, Duration timeout, DialListener listener) {
    SslHandler tls;
    try {
      tls = client.handler(channel.alloc(), name);
    } catch (SSLException noTls13) {
      channel.close();
      listener.onFailed(DialFailure.FAILED);
      return;
    }
    tls.setHandshakeTimeoutMillis(timeout.toMillis());
    TlsLayer layer = new TlsLayer(tls, false);
    sockets.roomyReads(channel);
    channel.pipeline().addLast(tls, layer);
    channel.config().setAutoRead(true);
    tls.handshakeFuture()
        .addListener(done -> {
          if (done.isSuccess()) {
            listener.onConnected(sockets.layered(loop, channel, layer, null));
          } else {
            channel.close();
            listener.onFailed(
                done.cause() instanceof SslHandshakeTimeoutException
                    ? DialFailure.TIMED_OUT
                    : DialFailure.FAILED);
          }
        });
  }

  // In

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    Optional<TlsAddress> literal = TlsAddress.parse(address);
    if (literal.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IOException("could not listen on " + address + ": " + EXPECTED));
    }
    SslContext server;
    try {
      server = settings.server(clock);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(
          new IOException("could not listen on " + address + ": " + e.getMessage(), e));
    }
    AtomicInteger strangers = new AtomicInteger();
    return sockets
        .listen(
            loops,
            literal.get().socket(),
            (loop, channel) -> receive(server, strangers, loop, channel, accept))
        .thenApply(bound -> new Named(bound, literal.get().name()));
  }

  private void receive(
      SslContext server,
      AtomicInteger strangers,
      NettyLoop loop,
      DuplexChannel channel,
      Consumer<Connection> accept) {
    if (strangers.incrementAndGet() > MAX_STRANGERS) {
      strangers.decrementAndGet();
      channel.unsafe().closeForcibly();
      return;
    }
    Stranger stranger = new Stranger(strangers);
    channel.closeFuture().addListener(closed -> stranger.gone());
    SslHandler tls = server.newHandler(channel.alloc());
    tls.setHandshakeTimeoutMillis(FrontDoor.PATIENCE_SECONDS * 1_000L);
    sockets.roomyReads(channel);
    FrontDoor door =
        new FrontDoor(early -> {
          stranger.gone();
          TlsLayer layer = new TlsLayer(tls, true);
          channel.pipeline().addLast(layer);
          accept.accept(sockets.layered(loop, channel, layer, early));
        });
    channel.pipeline().addLast(tls, door);
    channel.config().setAutoRead(true);
  }

  /// One count of those that are not links; given back once. Belongs to the channel's loop.
  private static final class Stranger {
    private final AtomicInteger strangers;
    private boolean counted = true;

    Stranger(AtomicInteger strangers) {
      this.strangers = strangers;
    }

    void gone() {
      if (counted) {
        counted = false;
        strangers.decrementAndGet();
      }
    }
  }

  /// A listener whose address says the name that others are to ask for.
  private record Named(Listener bound, String name) implements Listener {
    @Override
    public String address() {
      return name.isEmpty() ? bound.address() : bound.address() + ",name=" + name;
    }

    @Override
    public CompletionStage<Void> close() {
      return bound.close();
    }
  }
}
