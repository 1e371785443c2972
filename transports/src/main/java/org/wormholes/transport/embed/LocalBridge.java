package org.wormholes.transport.embed;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;

/// A [Connection] as a Netty channel, for programs that have their own pipelines and event loops.
///
/// The channel is a `LocalChannel`: it ends both directions at once. The far side's clean end comes
/// as `ChannelInputShutdownEvent`, a reset as an `IOException`; after either the program closes.
public final class LocalBridge {
  private LocalBridge() {}

  /// Takes over `connection`.
  ///
  /// @param group the program's event loops, made with Netty's `LocalIoHandler`
  /// @param pipeline what stands in the channel's pipeline
  /// @return the channel, once it is active
  public static CompletionStage<Channel> open(
      Connection connection, EventLoopGroup group, ChannelHandler pipeline) {
    LocalAddress meeting = new LocalAddress("wormholes-" + UUID.randomUUID());
    CompletableFuture<Channel> result = new CompletableFuture<>();
    new ServerBootstrap()
        .group(group)
        .channel(LocalServerChannel.class)
        .childHandler(new Inside(connection))
        .bind(meeting)
        .addListener((io.netty.channel.ChannelFuture bound) -> {
          if (bound.isSuccess()) {
            connect(group, pipeline, meeting, bound.channel(), result);
          } else {
            result.completeExceptionally(bound.cause());
          }
        });
    return result.whenComplete((channel, failure) -> {
      if (failure != null) {
        connection.loop().execute(connection::abort);
      }
    });
  }

  private static void connect(
      EventLoopGroup group,
      ChannelHandler pipeline,
      LocalAddress meeting,
      Channel server,
      CompletableFuture<Channel> result) {
    new Bootstrap()
        .group(group)
        .channel(LocalChannel.class)
        .handler(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRegistered(ChannelHandlerContext context) {
                context.pipeline().addLast(new Translator(), pipeline);
                context.fireChannelRegistered();
                context.pipeline().remove(this);
              }
            })
        .connect(meeting)
        .addListener((io.netty.channel.ChannelFuture connected) -> {
          server.close();
          if (connected.isSuccess()) {
            result.complete(connected.channel());
          } else {
            result.completeExceptionally(connected.cause());
          }
        });
  }

  /// The clean end of the far side, on its way through the local channel.
  private enum End {
    CLEAN
  }

  /// Turns what is no bytes into what a socket channel would have said.
  private static final class Translator extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      switch (message) {
        case End end -> context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        case IOException reset -> context.fireExceptionCaught(reset);
        default -> context.fireChannelRead(message);
      }
    }
  }

  /// The near end of the local channel, tied to the connection.
  @ChannelHandler.Sharable
  private static final class Inside extends ChannelInboundHandlerAdapter {
    private final Connection connection;

    Inside(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      Channel channel = context.channel();
      connection
          .loop()
          .execute(() -> {
            connection.handler(new Outside(connection, channel));
            connection.reading(true);
          });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof ByteBuf bytes)) {
        ReferenceCountUtil.release(message);
        return;
      }
      byte[] copy = new byte[bytes.readableBytes()];
      bytes.readBytes(copy).release();
      Channel channel = context.channel();
      connection
          .loop()
          .execute(() -> {
            connection.write(copy, 0, copy.length);
            connection.flush();
            if (!connection.writable()) {
              channel.config().setAutoRead(false);
            }
          });
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) {
        connection.loop().execute(() -> connection.reading(true));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      connection.loop().execute(connection::close);
    }
  }

  /// Hears the connection, on its loop.
  private record Outside(Connection connection, Channel channel) implements ConnectionHandler {
    @Override
    public void onRead(ByteBuffer in) {
      channel.write(Unpooled.copiedBuffer(in));
      in.position(in.limit());
    }

    @Override
    public void onReadComplete() {
      channel.flush();
      if (!channel.isWritable()) {
        connection.reading(false);
        if (channel.isWritable()) {
          connection.reading(true);
        }
      }
    }

    @Override
    public void onWritable() {
      channel.config().setAutoRead(true);
    }

    @Override
    public void onInputFinished() {
      channel.writeAndFlush(End.CLEAN);
    }

    @Override
    public void onClosed(@Nullable String cause) {
      if (cause != null) {
        channel.write(new IOException(cause));
      }
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> channel.close());
    }
  }
}
