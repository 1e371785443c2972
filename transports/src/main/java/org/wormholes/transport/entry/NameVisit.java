package org.wormholes.transport.entry;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.transport.names.Query;
import org.wormholes.transport.socket.NettyLoop;

/// Questions in HTTP (RFC 8484): those of a connection of HTTP/1.1, which are answered in their
/// order, or the one of a stream of HTTP/2.
final class NameVisit extends SimpleChannelInboundHandler<FullHttpRequest> {
  /// Bytes of a request's body.
  static final int MAX_BODY = 4 * 1024;

  static final String PATH = "/dns-query";

  private static final String TYPE = "application/dns-message";
  private static final int MAX_WAITING = 16;

  private final NameEntry entry;
  private final NettyLoop loop;
  private final String from;
  private final Queue<Asked> waiting = new ArrayDeque<>();
  private boolean busy;

  /// @param from address of the application's socket
  NameVisit(NameEntry entry, NettyLoop loop, String from) {
    this.entry = entry;
    this.loop = loop;
    this.from = from;
  }

  /// A request.
  ///
  /// @param message the message of DNS it holds, where `status` is OK
  /// @param goesOn whether another one may follow
  record Asked(HttpResponseStatus status, Bytes message, boolean goesOn) {
    static Asked of(FullHttpRequest request) {
      boolean goesOn = HttpUtil.isKeepAlive(request);
      QueryStringDecoder uri = new QueryStringDecoder(request.uri());
      if (!request.decoderResult().isSuccess()) {
        return refused(HttpResponseStatus.BAD_REQUEST, false);
      }
      try {
        if (!uri.path().equals(PATH)) {
          return refused(HttpResponseStatus.NOT_FOUND, goesOn);
        }
        if (request.method().equals(HttpMethod.POST)) {
          String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
          return type.equalsIgnoreCase(TYPE)
              ? new Asked(
                  HttpResponseStatus.OK, Bytes.of(ByteBufUtil.getBytes(request.content())), goesOn)
              : refused(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, goesOn);
        }
        if (!request.method().equals(HttpMethod.GET)) {
          return refused(HttpResponseStatus.METHOD_NOT_ALLOWED, goesOn);
        }
        List<String> given = uri.parameters().getOrDefault("dns", List.of());
        return given.size() == 1
            ? new Asked(
                HttpResponseStatus.OK,
                Bytes.of(Base64.getUrlDecoder().decode(given.getFirst())),
                goesOn)
            : refused(HttpResponseStatus.BAD_REQUEST, goesOn);
      } catch (IllegalArgumentException malformed) {
        return refused(HttpResponseStatus.BAD_REQUEST, goesOn);
      }
    }

    private static Asked refused(HttpResponseStatus status, boolean goesOn) {
      return new Asked(status, Bytes.EMPTY, goesOn);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    waiting.add(Asked.of(request));
    if (waiting.size() > MAX_WAITING) {
      context.close();
      return;
    }
    next(context);
  }

  private void next(ChannelHandlerContext context) {
    while (!busy && !waiting.isEmpty()) {
      Asked asked = waiting.remove();
      Optional<Query> query =
          asked.status().equals(HttpResponseStatus.OK)
              ? Query.parse(asked.message().toArray())
              : Optional.empty();
      if (query.isPresent()) {
        busy = true;
        entry.answer(
            query.get(),
            Query.CONNECTION,
            loop,
            from,
            reply -> {
              busy = false;
              long seconds = Query.freshSeconds(reply);
              write(context, HttpResponseStatus.OK, reply, seconds, asked.goesOn());
              next(context);
            });
      } else {
        boolean unread = asked.status().equals(HttpResponseStatus.OK);
        HttpResponseStatus status = unread ? HttpResponseStatus.BAD_REQUEST : asked.status();
        write(context, status, new byte[0], 0, asked.goesOn());
      }
    }
  }

  private static void write(
      ChannelHandlerContext context,
      HttpResponseStatus status,
      byte[] body,
      long freshSeconds,
      boolean goesOn) {
    ByteBuf content = Unpooled.wrappedBuffer(body);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (status.equals(HttpResponseStatus.OK)) {
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, TYPE)
          .set(HttpHeaderNames.CACHE_CONTROL, "private, max-age=" + freshSeconds);
    }
    HttpUtil.setKeepAlive(response, goesOn);
    context
        .writeAndFlush(response)
        .addListener(done -> {
          if (!goesOn || !done.isSuccess()) {
            context.close();
          }
        });
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Whatever an application sent that is no request.
    context.close();
  }

  /// Ends a connection whose TLS or HTTP is none.
  static final class Ending extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent
          || event instanceof io.netty.handler.timeout.IdleStateEvent) {
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
