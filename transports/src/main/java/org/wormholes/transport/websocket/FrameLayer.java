package org.wormholes.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.wormholes.transport.socket.Layer;

/// Bytes in binary frames, under a connection. Where a frame begins or ends means nothing. Its end
/// is a close frame, of both directions at once (RFC 6455 section 5.5.1).
final class FrameLayer extends ChannelDuplexHandler implements Layer {
  /// The payload of the largest frame that is sent or taken.
  static final int MAX_FRAME_BYTES = 128 * 1024;

  /// TLS below, or null where there is none.
  private final @Nullable SslHandler tls;

  private @Nullable ChannelHandlerContext context;
  private boolean closeSent;
  private boolean closeHeard;

  FrameLayer(@Nullable SslHandler tls) {
    this.tls = tls;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void write(ChannelHandlerContext at, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      at.write(new BinaryWebSocketFrame(bytes), promise);
    } else {
      at.write(message, promise);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext at, Object message) {
    if (!(message instanceof WebSocketFrame frame)) {
      // The end of the HTTP exchange that opened this.
      ReferenceCountUtil.release(message);
      return;
    }
    if (closeHeard) {
      frame.release();
      return;
    }
    switch (frame) {
      case BinaryWebSocketFrame _, ContinuationWebSocketFrame _ -> deliver(at, frame.content());
      case PingWebSocketFrame _ -> answer(at, frame);
      case PongWebSocketFrame _ -> frame.release();
      case CloseWebSocketFrame _ -> {
        frame.release();
        closeHeard = true;
        at.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      }
      default -> {
        frame.release();
        // RFC 6455 section 7.4.1: a type of data that cannot be accepted.
        close(at, WebSocketCloseStatus.INVALID_MESSAGE_TYPE);
        at.close();
      }
    }
  }

  private static void deliver(ChannelHandlerContext at, ByteBuf bytes) {
    if (bytes.isReadable()) {
      at.fireChannelRead(bytes);
    } else {
      bytes.release();
    }
  }

  /// Who asks and does not read is not answered for ever.
  private void answer(ChannelHandlerContext at, WebSocketFrame ping) {
    if (at.channel().isWritable() && !closeSent) {
      at.writeAndFlush(new PongWebSocketFrame(ping.content()));
    } else {
      ping.release();
    }
  }

  private ChannelFuture close(ChannelHandlerContext at, WebSocketCloseStatus status) {
    if (closeSent) {
      return at.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }
    closeSent = true;
    return at.writeAndFlush(new CloseWebSocketFrame(status));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
    if (at.pipeline().last() == this) {
      at.close();
    } else {
      at.fireExceptionCaught(cause);
    }
  }

  @Override
  public ChannelFuture endOutput() {
    ChannelHandlerContext at = context;
    if (at == null) {
      throw new IllegalStateException("the layer stands in no pipeline");
    }
    ChannelFuture said = close(at, WebSocketCloseStatus.NORMAL_CLOSURE);
    SslHandler below = tls;
    return below == null ? said : below.closeOutbound();
  }
}
