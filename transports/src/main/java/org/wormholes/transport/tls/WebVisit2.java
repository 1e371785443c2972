package org.wormholes.transport.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;

/// Answers the requests of a stranger in HTTP/2, a bounded number of them.
final class WebVisit2 extends ChannelInboundHandlerAdapter {
  static final int MAX_REQUESTS = 100;

  private static final int MAX_STREAMS = 16;
  private static final int MAX_HEADER_BYTES = 8 * 1024;

  private int requests;

  static Http2FrameCodec codec() {
    return Http2FrameCodecBuilder.forServer()
        .initialSettings(
            Http2Settings.defaultSettings()
                .maxConcurrentStreams(MAX_STREAMS)
                .maxHeaderListSize(MAX_HEADER_BYTES))
        .build();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof Http2HeadersFrame request) {
        answer(context, request);
      } else if (message instanceof Http2DataFrame) {
        // No request here has a use for a body; one that sends it is not given room for more.
        context.close();
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer(ChannelHandlerContext context, Http2HeadersFrame request) {
    CharSequence method = request.headers().method();
    CharSequence path = request.headers().path();
    HttpResponseStatus status =
        method == null || path == null
            ? HttpResponseStatus.BAD_REQUEST
            : WebPage.status(method.toString(), path.toString());
    byte[] body = WebPage.body(status);
    Http2Headers headers =
        new DefaultHttp2Headers()
            .status(status.codeAsText())
            .set(HttpHeaderNames.CONTENT_TYPE, WebPage.TYPE)
            .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    boolean head = method != null && method.toString().equals("HEAD");
    context.write(new DefaultHttp2HeadersFrame(headers, head).stream(request.stream()));
    if (!head) {
      context.write(
          new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), true).stream(request.stream()));
    }
    requests++;
    if (requests >= MAX_REQUESTS) {
      context.write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
      context.flush();
      context.close();
      return;
    }
    context.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
