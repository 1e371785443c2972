package org.wormholes.transport.quic;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.ClosableCarrier;
import org.wormholes.transport.socket.NettyConnection;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.tls.TlsAddress;

/// The carrier `quic`: the one bidirectional stream of a QUIC connection (RFC 9000), by quiche.
/// Addresses are those of [TlsAddress]. It authenticates nobody, the link inside does.
///
/// A dialler's socket is bound to no address, so when the machine's address changes its packets
/// come from the new one (RFC 9000 section 9). The listener then ends the connection, and the link
/// is moved to a new one.
final class QuicCarrier implements ClosableCarrier {
  /// A connection of which nothing is heard for so long is gone; links say something every 10 s.
  static final int IDLE_SECONDS = 15;

  /// What may be under way to a reader that does not read.
  private static final int STREAM_WINDOW = 4 << 20;

  private static final int CONNECTION_WINDOW = 6 << 20;

  /// Addresses that the dialler may have had; quiche remembers each, and refuses one more.
  private static final int PATHS = 32;

  private static final int CLOSE_SECONDS = 1;

  private final Sockets sockets;
  private final QuicSettings settings;
  private final Clock clock;
  private final ChannelGroup connections =
      new DefaultChannelGroup("quic", GlobalEventExecutor.INSTANCE);

  /// Made when first needed.
  private @Nullable QuicSslContext client;

  QuicCarrier(Sockets sockets, QuicSettings settings, Clock clock) {
    this.sockets = sockets;
    this.settings = settings;
    this.clock = clock;
  }

  private synchronized QuicSslContext client() {
    QuicSslContext known = client;
    if (known == null) {
      known = settings.client();
      client = known;
    }
    return known;
  }

  @Override
  public String name() {
    return "quic";
  }

  /// What both sides of a connection have in common.
  ///
  /// @param packetBytes the most bytes of a UDP datagram; of what both sides say the smaller counts
  static <B extends QuicCodecBuilder<B>> B common(B builder, int packetBytes) {
    return builder
        .maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
        .maxSendUdpPayloadSize(packetBytes)
        .maxRecvUdpPayloadSize(packetBytes)
        .initialMaxData(CONNECTION_WINDOW)
        .initialMaxStreamDataBidirectionalLocal(STREAM_WINDOW)
        .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW)
        .activeConnectionIdLimit(PATHS)
        .activeMigration(true);
  }

  // Out

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    NettyLoop on = sockets.loop(loop);
    Optional<TlsAddress> target =
        TlsAddress.parse(address).filter(it -> it.socket().getPort() != 0);
    if (target.isEmpty() || !Quic.isAvailable()) {
      on.execute(() -> listener.onFailed(DialFailure.FAILED));
      return;
    }
    InetSocketAddress to = target.get().socket();
    int packetBytes = QuicSockets.packetBytes(to);
    DatagramChannel udp = sockets.newDatagramChannel();
    QuicSockets.prepare(udp);
    udp.pipeline().addLast(clientCodec(target.get().name(), packetBytes));
    on.eventLoop()
        .register(udp)
        .addListener(registered ->
            udp.bind(anyAddress(to))
                .addListener(bound -> {
                  if (bound.isSuccess()) {
                    connect(on, udp, to, packetBytes, timeout, listener);
                  } else {
                    udp.close();
                    listener.onFailed(DialFailure.FAILED);
                  }
                }));
  }

  private ChannelHandler clientCodec(String name, int packetBytes) {
    QuicSslContext tls = client();
    return common(new QuicClientCodecBuilder(), packetBytes)
        .initialMaxStreamsBidirectional(0)
        .sslEngineProvider(channel ->
            // Without a port there are no tickets of earlier sessions, which an observer could
            // follow.
            name.isEmpty()
                ? tls.newEngine(channel.alloc())
                : tls.newEngine(channel.alloc(), name, -1))
        .build();
  }

  private static InetSocketAddress anyAddress(InetSocketAddress like) {
    byte[] zeros = new byte[like.getAddress().getAddress().length];
    try {
      return new InetSocketAddress(InetAddress.getByAddress(zeros), 0);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("addresses have 4 bytes or 16", e);
    }
  }

  private void connect(
      NettyLoop loop,
      DatagramChannel udp,
      InetSocketAddress to,
      int packetBytes,
      Duration timeout,
      DialListener listener) {
    QuicChannel.newBootstrap(udp)
        .handler(new Unneeded())
        .streamHandler(new Unneeded())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.clamp(timeout.toMillis(), 1, 600_000))
        .option(
            QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
            QuicSockets.gathering(udp, packetBytes))
        .remoteAddress(to)
        .connect()
        .addListener((Future<QuicChannel> done) -> {
          if (done.isSuccess()) {
            QuicChannel connection = done.getNow();
            connections.add(connection);
            connection.attr(NettyConnection.MADE_FROM).set(QuicSockets.source(to));
            connection.closeFuture().addListener(closed -> udp.close());
            openStream(loop, connection, listener);
          } else {
            udp.close();
            listener.onFailed(failureOf(done.cause()));
          }
        });
  }

  private void openStream(NettyLoop loop, QuicChannel connection, DialListener listener) {
    connection
        .createStream(QuicStreamType.BIDIRECTIONAL, new Unneeded())
        .addListener((Future<QuicStreamChannel> done) -> {
          if (done.isSuccess()) {
            QuicStreamChannel stream = done.getNow();
            listener.onConnected(sockets.overlaid(loop, stream, QuicLayer.under(stream)));
          } else {
            connection.close();
            listener.onFailed(DialFailure.FAILED);
          }
        });
  }

  private static DialFailure failureOf(Throwable cause) {
    return cause instanceof ConnectException ? DialFailure.TIMED_OUT : DialFailure.FAILED;
  }

  // In

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    Optional<TlsAddress> literal = TlsAddress.parse(address);
    if (literal.isEmpty()) {
      return refused(address, "expected ip:port[,name=NAME]", null);
    }
    if (!Quic.isAvailable()) {
      return refused(address, "there is no QUIC library for this machine", null);
    }
    try {
      QuicDoor door = new QuicDoor(sockets, settings.server(clock), clock, connections, accept);
      return QuicListener.open(
          sockets, loops.stream().map(sockets::loop).toList(), literal.get(), door);
    } catch (IOException e) {
      return refused(address, String.valueOf(e.getMessage()), e);
    }
  }

  static CompletionStage<Listener> refused(String address, String why, @Nullable Throwable cause) {
    return CompletableFuture.failedFuture(
        new IOException("could not listen on " + address + ": " + why, cause));
  }

  /// Tells every peer, who would otherwise wait until the connection is idle for too long.
  @Override
  public void close() {
    connections.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /// For places in a pipeline where Netty wants a handler.
  private static final class Unneeded extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }
  }
}
