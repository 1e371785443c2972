package org.wormholes.transport.websocket;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.util.ReferenceCountUtil;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.wormholes.transport.tls.WebPage;

/// Meets whoever comes to a listening port with a request: one that asks for a WebSocket at the
/// right path becomes a link, everybody else gets a web page. Who asks nothing is let go after
/// [#PATIENCE_SECONDS].
final class Reception extends ChannelInboundHandlerAdapter {
  static final int PATIENCE_SECONDS = 10;
  static final WebSocketDecoderConfig FRAMES =
      WebSocketDecoderConfig.newBuilder()
          .maxFramePayloadLength(FrameLayer.MAX_FRAME_BYTES)
          .expectMaskedFrames(true)
          .allowMaskMismatch(false)
          .allowExtensions(false)
          .withUTF8Validator(false)
          .build();

  private static final int KEY_BYTES = 16;

  private final String path;
  private final Runnable link;
  private boolean answered;

  /// @param link takes the channel over, whose pipeline then speaks frames; this handler has left
  ///   it
  Reception(String path, Runnable link) {
    this.path = path;
    this.link = link;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    var timer =
        context
            .executor()
            .schedule(
                () -> {
                  if (!answered) {
                    context.channel().close();
                  }
                },
                PATIENCE_SECONDS,
                TimeUnit.SECONDS);
    context.channel().closeFuture().addListener(closed -> timer.cancel(false));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!answered && message instanceof HttpRequest request) {
        answered = true;
        if (asksForLink(request)) {
          upgrade(context, request);
        } else {
          show(context, request);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /// RFC 6455 section 4.2.1, the parts that every browser's request has.
  private boolean asksForLink(HttpRequest request) {
    return request.decoderResult().isSuccess()
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && request.method().equals(HttpMethod.GET)
        && request.uri().equals(path)
        && request
            .headers()
            .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && request.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
        && request.headers().containsValue(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13", true)
        && isKey(request.headers().getAsString(HttpHeaderNames.SEC_WEBSOCKET_KEY));
  }

  private static boolean isKey(@org.jspecify.annotations.Nullable String text) {
    if (text == null || text.length() != 24) {
      return false;
    }
    try {
      return Base64.getDecoder().decode(text).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void upgrade(ChannelHandlerContext context, HttpRequest request) {
    WebSocketServerHandshaker shaker = new WebSocketServerHandshaker13("", null, FRAMES);
    var whole =
        new DefaultFullHttpRequest(request.protocolVersion(), request.method(), request.uri());
    whole.headers().set(request.headers());
    try {
      shaker.handshake(context.channel(), whole);
    } catch (WebSocketHandshakeException e) {
      show(context, request);
      return;
    } finally {
      whole.release();
    }
    context.pipeline().remove(this);
    link.run();
  }

  private static void show(ChannelHandlerContext context, HttpRequest request) {
    HttpResponseStatus status =
        request.decoderResult().isSuccess()
            ? WebPage.status(request.method().name(), request.uri())
            : HttpResponseStatus.BAD_REQUEST;
    boolean head = request.method().name().equals("HEAD");
    context.writeAndFlush(WebPage.response(status, !head)).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    // The end of the input before a request, or a TLS handshake that failed.
    if (!(event instanceof io.netty.handler.ssl.SslHandshakeCompletionEvent shaken)
        || !shaken.isSuccess()) {
      if (!answered) {
        context.close();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Whatever a stranger does is no news.
    context.close();
  }
}
