package org.wormholes.transport.exit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;

/// DNS over HTTP/2: a stream for each question.
final class Http2Talk implements SecureSession.Talk {
  private final SecureSession session;
  private final Channel channel;

  private Http2Talk(SecureSession session, Channel channel) {
    this.session = session;
    this.channel = channel;
  }

  static SecureSession.Talk on(SecureSession session, ChannelPipeline pipeline) {
    session.add(
        pipeline,
        Http2FrameCodecBuilder.forClient()
            .encoderEnforceMaxConcurrentStreams(true)
            .initialSettings(
                Http2Settings.defaultSettings()
                    .pushEnabled(false)
                    .maxHeaderListSize(HttpQuestion.MAX_HEADERS))
            .build());
    session.add(pipeline, new Http2MultiplexHandler(new Unasked()));
    return new Http2Talk(session, pipeline.channel());
  }

  @Override
  public void send(SecureUpstream.Pending question) {
    new Http2StreamChannelBootstrap(channel)
        .handler(
            new ChannelInitializer<Http2StreamChannel>() {
              @Override
              protected void initChannel(Http2StreamChannel stream) {
                stream
                    .pipeline()
                    .addLast(
                        new Http2StreamFrameToHttpObjectCodec(false),
                        new HttpObjectAggregator(HttpQuestion.MAX_MESSAGE),
                        new Answer(session, question));
              }
            })
        .open()
        .addListener((io.netty.util.concurrent.Future<Http2StreamChannel> opened) -> {
          if (opened.isSuccess()) {
            opened
                .getNow()
                .writeAndFlush(HttpQuestion.request(session.server(), question.message()));
          } else {
            question.failed();
          }
        });
  }

  /// What comes back on one stream.
  private static final class Answer extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final SecureSession session;
    private final SecureUpstream.Pending question;

    Answer(SecureSession session, SecureUpstream.Pending question) {
      this.session = session;
      this.question = question;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      HttpQuestion.answer(session, question, response);
      context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      question.failed();
    }
  }

  /// A server pushes nothing here.
  private static final class Unasked extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      context.close();
    }
  }
}
