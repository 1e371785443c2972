package org.wormholes.transport.websocket;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
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
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.tls.TlsClient;
import org.wormholes.transport.tls.TlsSettings;

/// The carrier `websocket`: a byte stream in binary frames, over TLS or on the near side of a
/// reverse proxy that ends it. Addresses are those of [WebSocketAddress]. It authenticates nobody,
/// the link inside does.
final class WebSocketCarrier implements Carrier {
  static final String NAME = "websocket";

  /// Channels of a listener that are not links yet, or never will be.
  static final int MAX_STRANGERS = 1_024;

  private static final int MAX_LINE = 4 * 1024;
  private static final int MAX_HEADERS = 8 * 1024;

  private final Sockets sockets;
  private final TlsSettings settings;
  private final TlsClient client;
  private final Clock clock;

  WebSocketCarrier(Sockets sockets, TlsSettings settings, Clock clock) {
    this.sockets = sockets;
    this.settings = settings;
    this.client = new TlsClient(settings);
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> addressProblem(String address) {
    return WebSocketAddress.parse(address).isPresent()
        ? Optional.empty()
        : Optional.of(WebSocketAddress.EXPECTED);
  }

  // Out

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    Optional<WebSocketAddress> target =
        WebSocketAddress.parse(address).filter(it -> it.socket().getPort() != 0);
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
            ask(on, channel, target.get(), left, listener);
          }

          @Override
          public void failed(DialFailure failure) {
            listener.onFailed(failure);
          }
        });
  }

  private void ask(
      NettyLoop loop,
      SocketChannel channel,
      WebSocketAddress target,
      Duration timeout,
      DialListener listener) {
    ChannelPipeline pipeline = channel.pipeline();
    SslHandler tls = null;
    if (!target.plain()) {
      try {
        tls = client.handler(channel.alloc(), target.name());
      } catch (SSLException noTls13) {
        channel.close();
        listener.onFailed(DialFailure.FAILED);
        return;
      }
      // One time limit for all of it, below.
      tls.setHandshakeTimeoutMillis(0);
      pipeline.addLast(tls);
    }
    Upgrade upgrade = new Upgrade(target);
    sockets.roomyReads(channel);
    pipeline.addLast(new HttpClientCodec(MAX_LINE, MAX_HEADERS, MAX_HEADERS), upgrade);
    boolean[] late = new boolean[1];
    Loop.Cancellable timer =
        loop.schedule(
            timeout,
            () -> {
              late[0] = true;
              upgrade.opened().completeExceptionally(new IOException("timed out"));
            });
    FrameLayer layer = new FrameLayer(tls);
    upgrade
        .opened()
        .whenComplete((opened, failure) -> {
          timer.cancel();
          if (failure == null) {
            pipeline.addLast(layer);
            listener.onConnected(sockets.layered(loop, channel, layer, null));
          } else {
            channel.close();
            listener.onFailed(late[0] ? DialFailure.TIMED_OUT : DialFailure.FAILED);
          }
        });
    channel.config().setAutoRead(true);
    if (tls == null) {
      upgrade.ask(pipeline.context(upgrade));
    } else {
      tls.handshakeFuture()
          .addListener(shaken -> {
            if (shaken.isSuccess() && !upgrade.opened().isDone()) {
              upgrade.ask(pipeline.context(upgrade));
            } else {
              upgrade.opened().completeExceptionally(new IOException("no TLS", shaken.cause()));
            }
          });
    }
  }

  // In

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    Optional<WebSocketAddress> place = WebSocketAddress.parse(address);
    if (place.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IOException("could not listen on " + address + ": " + WebSocketAddress.EXPECTED));
    }
    WebSocketAddress here = place.get();
    SslContext server = null;
    if (!here.plain()) {
      try {
        server = settings.server(clock);
      } catch (IOException e) {
        return CompletableFuture.failedFuture(
            new IOException("could not listen on " + address + ": " + e.getMessage(), e));
      }
    }
    Door door = new Door(server, here.path(), accept);
    return sockets
        .listen(loops, here.socket(), door::receive)
        .thenApply(bound -> new Named(bound, here.suffix()));
  }

  /// Whoever comes to one listening port.
  private final class Door {
    private final @Nullable SslContext server;
    private final String path;
    private final Consumer<Connection> accept;
    private final AtomicInteger strangers = new AtomicInteger();

    Door(@Nullable SslContext server, String path, Consumer<Connection> accept) {
      this.server = server;
      this.path = path;
      this.accept = accept;
    }

    void receive(NettyLoop loop, DuplexChannel channel) {
      if (strangers.incrementAndGet() > MAX_STRANGERS) {
        strangers.decrementAndGet();
        channel.unsafe().closeForcibly();
        return;
      }
      boolean[] counted = {true};
      Runnable known =
          () -> {
            if (counted[0]) {
              counted[0] = false;
              strangers.decrementAndGet();
            }
          };
      channel.closeFuture().addListener(closed -> known.run());
      sockets.roomyReads(channel);
      SslContext context = server;
      SslHandler tls = context == null ? null : context.newHandler(channel.alloc());
      if (tls != null) {
        tls.setHandshakeTimeoutMillis(Reception.PATIENCE_SECONDS * 1_000L);
        channel.pipeline().addLast(tls);
      }
      channel
          .pipeline()
          .addLast(
              new HttpServerCodec(MAX_LINE, MAX_HEADERS, MAX_HEADERS),
              new Reception(
                  path,
                  () -> {
                    known.run();
                    FrameLayer layer = new FrameLayer(tls);
                    channel.pipeline().addLast(layer);
                    accept.accept(sockets.layered(loop, channel, layer, null));
                  }));
      channel.config().setAutoRead(true);
    }
  }

  /// A listener whose address says what is asked for there.
  private record Named(Listener bound, String suffix) implements Listener {
    @Override
    public String address() {
      return bound.address() + suffix;
    }

    @Override
    public CompletionStage<Void> close() {
      return bound.close();
    }
  }
}
