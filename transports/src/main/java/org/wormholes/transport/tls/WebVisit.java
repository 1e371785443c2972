package org.wormholes.transport.tls;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;

/// Answers one request of a stranger in HTTP/1 and closes. A body that follows is not read.
final class WebVisit extends ChannelInboundHandlerAdapter {
  private boolean answered;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!answered && message instanceof HttpRequest request) {
        answered = true;
        boolean readable = request.decoderResult().isSuccess();
        HttpResponseStatus status =
            readable
                ? WebPage.status(request.method().name(), request.uri())
                : HttpResponseStatus.BAD_REQUEST;
        boolean head = request.method().name().equals("HEAD");
        context
            .writeAndFlush(WebPage.response(status, !head))
            .addListener(ChannelFutureListener.CLOSE);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
