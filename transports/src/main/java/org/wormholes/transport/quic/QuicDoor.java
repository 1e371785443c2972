package org.wormholes.transport.quic;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicPathEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicTransportParameters;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;

/// What a listener does with those who come: each may open one stream, and that is its connection.
/// Who opens none is let go after [#PATIENCE_SECONDS], and whose address changes at once.
final class QuicDoor {
  static final int PATIENCE_SECONDS = 10;

  /// Connections of a listener that have no stream yet, or never will.
  static final int MAX_STRANGERS = 1_024;

  private final Sockets sockets;
  private final QuicSslContext tls;
  private final Clock clock;
  private final ChannelGroup connections;
  private final Consumer<Connection> accept;
  private final ChannelGroup own = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AtomicInteger strangers = new AtomicInteger();
  private volatile boolean shut;

  QuicDoor(
      Sockets sockets,
      QuicSslContext tls,
      Clock clock,
      ChannelGroup connections,
      Consumer<Connection> accept) {
    this.sockets = sockets;
    this.tls = tls;
    this.clock = clock;
    this.connections = connections;
    this.accept = accept;
  }

  /// Lets nobody in any more. Done when those who are in have gone.
  ChannelGroupFuture shut() {
    shut = true;
    return own.newCloseFuture();
  }

  /// What speaks QUIC on one socket of the listener.
  ChannelHandler codec(
      NettyLoop loop, DatagramChannel udp, int idLength, QuicConnectionIdGenerator ids) {
    return QuicCarrier.common(new QuicServerCodecBuilder(), QuicSockets.MAX_PACKET_BYTES)
        .sslContext(tls)
        .localConnectionIdLength(idLength)
        .connectionIdAddressGenerator(ids)
        .tokenHandler(new RetryTokens(clock))
        .initialMaxStreamsBidirectional(1)
        .option(
            QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
            QuicSockets.gathering(udp, QuicSockets.MAX_PACKET_BYTES))
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel connection) {
                connection.pipeline().addLast(new Stranger(connection));
              }
            })
        .streamHandler(
            new ChannelInitializer<QuicStreamChannel>() {
              @Override
              protected void initChannel(QuicStreamChannel stream) {
                gather(udp, stream.parent());
                Stranger stranger = stream.parent().pipeline().get(Stranger.class);
                if (stranger != null) {
                  stranger.gone();
                }
                accept.accept(sockets.overlaid(loop, stream, QuicLayer.under(stream)));
              }
            })
        .build();
  }

  /// Gathers as many packets as one call takes of the size that the dialler, who knows the path,
  /// can read.
  private static void gather(DatagramChannel udp, QuicChannel connection) {
    QuicTransportParameters peer = connection.peerTransportParameters();
    if (peer != null) {
      long bytes =
          Math.clamp(
              peer.maxUdpPayloadSize(), QuicSockets.PACKET_BYTES, QuicSockets.MAX_PACKET_BYTES);
      connection
          .config()
          .setOption(
              QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
              QuicSockets.gathering(udp, bytes));
    }
  }

  /// One that has opened no stream. Belongs to the connection's loop.
  private final class Stranger extends ChannelInboundHandlerAdapter {
    private @Nullable ScheduledFuture<?> patience;
    private boolean counted = true;

    Stranger(QuicChannel connection) {
      connections.add(connection);
      own.add(connection);
      connection.closeFuture().addListener(closed -> gone());
      if (strangers.incrementAndGet() > MAX_STRANGERS || shut) {
        connection.eventLoop().execute(() -> dismiss(connection));
      } else {
        patience =
            connection
                .eventLoop()
                .schedule(() -> dismiss(connection), PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }

    private static void dismiss(Channel connection) {
      ((QuicChannel) connection).close(true, QuicLayer.RESET, Unpooled.EMPTY_BUFFER);
    }

    void gone() {
      if (counted) {
        counted = false;
        strangers.decrementAndGet();
      }
      if (patience != null) {
        patience.cancel(false);
      }
    }

    /// What was under way to the old address would not be sent again: quiche leaves the packets of
    /// a path behind with it. The link goes on over a connection of its own.
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof QuicPathEvent.PeerMigrated) {
        dismiss(context.channel());
      } else {
        context.fireUserEventTriggered(event);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // Whatever a stranger does is no news.
      context.close();
    }
  }
}
