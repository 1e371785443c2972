package org.wormholes.transport.exit;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// DNS over HTTP/1.1, for servers that have no HTTP/2: one question after the other.
final class Http1Talk extends SimpleChannelInboundHandler<FullHttpResponse>
    implements SecureSession.Talk {
  private static final int MAX_LINE = 4 * 1024;

  private final SecureSession session;
  private final ChannelPipeline pipeline;
  private final Queue<SecureUpstream.Pending> waiting = new ArrayDeque<>();
  private SecureUpstream.@Nullable Pending asked;

  private Http1Talk(SecureSession session, ChannelPipeline pipeline) {
    this.session = session;
    this.pipeline = pipeline;
  }

  static SecureSession.Talk on(SecureSession session, ChannelPipeline pipeline) {
    Http1Talk talk = new Http1Talk(session, pipeline);
    session.add(
        pipeline,
        new HttpClientCodec(MAX_LINE, HttpQuestion.MAX_HEADERS, HttpQuestion.MAX_HEADERS));
    session.add(pipeline, new HttpObjectAggregator(HttpQuestion.MAX_MESSAGE));
    session.add(pipeline, talk);
    return talk;
  }

  @Override
  public void send(SecureUpstream.Pending question) {
    waiting.add(question);
    next();
  }

  private void next() {
    while (asked == null && !waiting.isEmpty()) {
      SecureUpstream.Pending question = waiting.remove();
      if (!question.isOver()) {
        asked = question;
        pipeline.writeAndFlush(HttpQuestion.request(session.server(), question.message()));
      }
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
    SecureUpstream.Pending question = asked;
    asked = null;
    if (question == null || !response.decoderResult().isSuccess()) {
      context.close();
      return;
    }
    HttpQuestion.answer(session, question, response);
    if (HttpUtil.isKeepAlive(response)) {
      next();
    } else {
      context.close();
    }
  }
}
