package org.wormholes.transport.exit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import org.wormholes.transport.names.Framing;

/// DNS over TLS (RFC 7858): messages with their lengths, answered in any order.
final class StreamTalk extends SimpleChannelInboundHandler<ByteBuf> {
  private static final int MAX_MESSAGE = 65_535;
  private static final int LENGTH = 2;

  private final SecureSession session;

  private StreamTalk(SecureSession session) {
    this.session = session;
  }

  static SecureSession.Talk on(SecureSession session, ChannelPipeline pipeline) {
    session.add(
        pipeline, new LengthFieldBasedFrameDecoder(LENGTH + MAX_MESSAGE, 0, LENGTH, 0, LENGTH));
    session.add(pipeline, new StreamTalk(session));
    return question ->
        pipeline.writeAndFlush(Unpooled.wrappedBuffer(Framing.framed(question.message())));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
    session.onMessage(ByteBufUtil.getBytes(message));
  }
}
