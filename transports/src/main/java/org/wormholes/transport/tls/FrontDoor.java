package org.wormholes.transport.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells links from strangers behind a TLS handshake, by the first bytes inside: a link goes on as
/// one, a stranger is shown a web page. Who says nothing is let go after [#PATIENCE_SECONDS].
final class FrontDoor extends ChannelInboundHandlerAdapter {
  static final int PATIENCE_SECONDS = 10;

  /// A visit over HTTP ends after so long, whatever is asked.
  static final int VISIT_SECONDS = 60;

  private static final int MAX_LINE = 4 * 1024;
  private static final int MAX_HEADERS = 8 * 1024;

  private final Consumer<ByteBuf> link;
  private @Nullable ByteBuf early;
  private boolean decided;

  /// @param link takes the channel over, and owns the bytes that came first; this handler has left
  ///   the pipeline by then
  FrontDoor(Consumer<ByteBuf> link) {
    this.link = link;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent shaken) {
      if (shaken.isSuccess()) {
        leaveAfter(context, PATIENCE_SECONDS, true);
      } else {
        context.close();
      }
    } else {
      // The end of the input before the first request, or a reset.
      context.close();
    }
  }

  private void leaveAfter(ChannelHandlerContext context, int seconds, boolean unlessDecided) {
    var timer =
        context
            .executor()
            .schedule(
                () -> {
                  if (!unlessDecided || !decided) {
                    context.channel().close();
                  }
                },
                seconds,
                TimeUnit.SECONDS);
    context.channel().closeFuture().addListener(closed -> timer.cancel(false));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes) || decided) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf all = early;
    if (all == null) {
      all = context.alloc().buffer(bytes.readableBytes());
    }
    all.writeBytes(bytes);
    bytes.release();
    early = all;
    switch (Guess.of(all)) {
      case UNDECIDED -> {
        // Next to nothing, kept until there is more.
      }
      case LINK -> admit(context, all);
      case HTTP_1 ->
          show(
              context,
              all,
              new HttpServerCodec(MAX_LINE, MAX_HEADERS, MAX_HEADERS),
              new WebVisit());
      case HTTP_2 -> show(context, all, WebVisit2.codec(), new WebVisit2());
    }
  }

  private void admit(ChannelHandlerContext context, ByteBuf all) {
    decided = true;
    early = null;
    context.pipeline().remove(this);
    link.accept(all);
  }

  private void show(
      ChannelHandlerContext context, ByteBuf all, ChannelHandler codec, ChannelHandler visit) {
    decided = true;
    early = null;
    leaveAfter(context, VISIT_SECONDS, false);
    ChannelPipeline pipeline = context.pipeline();
    pipeline.addLast(codec, visit);
    ChannelHandlerContext before = pipeline.context(this);
    before.fireChannelRead(all);
    before.fireChannelReadComplete();
    pipeline.remove(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ByteBuf kept = early;
    early = null;
    if (kept != null) {
      kept.release();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Whatever a stranger does, TLS that is none included, is no news.
    context.close();
  }
}
