package org.wormholes.transport.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

/// Asks for a WebSocket over a connection that is there (RFC 6455 section 4.1).
final class Upgrade extends ChannelInboundHandlerAdapter {
  private final WebSocketClientHandshaker13 shaker;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();

  Upgrade(WebSocketAddress target) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.set(HttpHeaderNames.HOST, target.host());
    this.shaker =
        new WebSocketClientHandshaker13(
            URI.create((target.plain() ? "ws://" : "wss://") + target.host() + target.path()),
            WebSocketVersion.V13,
            null,
            false,
            headers,
            FrameLayer.MAX_FRAME_BYTES,
            true,
            false);
  }

  /// Done once the pipeline speaks frames; this handler has left it by then.
  CompletableFuture<Void> opened() {
    return opened;
  }

  void ask(ChannelHandlerContext context) {
    shaker
        .handshake(context.channel())
        .addListener(sent -> {
          if (!sent.isSuccess()) {
            opened.completeExceptionally(sent.cause());
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpResponse response && !opened.isDone()) {
        finish(context, response);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void finish(ChannelHandlerContext context, HttpResponse response) {
    if (response.decoderResult().isFailure()) {
      opened.completeExceptionally(response.decoderResult().cause());
      return;
    }
    var whole = new DefaultFullHttpResponse(response.protocolVersion(), response.status());
    whole.headers().set(response.headers());
    try {
      shaker.finishHandshake(context.channel(), whole);
    } catch (WebSocketHandshakeException refused) {
      opened.completeExceptionally(refused);
      return;
    } finally {
      whole.release();
    }
    context.pipeline().remove(this);
    opened.complete(null);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent)) {
      opened.completeExceptionally(new WebSocketHandshakeException("the connection ended"));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    opened.completeExceptionally(new WebSocketHandshakeException("the connection was closed"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    opened.completeExceptionally(cause);
  }
}
