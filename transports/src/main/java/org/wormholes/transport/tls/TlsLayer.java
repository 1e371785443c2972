package org.wormholes.transport.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.wormholes.transport.socket.Layer;

/// TLS under a connection. Its end is a `close_notify` (RFC 8446 section 6.1); on a listening side
/// that never wrote anything, because what came was no link, a web server's answer to nonsense goes
/// before it.
public final class TlsLayer extends ChannelDuplexHandler implements Layer {
  private final SslHandler tls;
  private final boolean listening;
  private @Nullable ChannelHandlerContext context;
  private boolean wrote;

  /// @param listening whether what comes in is to be taken for a web server
  public TlsLayer(SslHandler tls, boolean listening) {
    this.tls = tls;
    this.listening = listening;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void write(ChannelHandlerContext at, Object message, ChannelPromise promise) {
    wrote = true;
    at.write(message, promise);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
    // Before there is a connection: a handshake that failed, of which its future tells.
    if (at.pipeline().last() == this) {
      at.close();
    } else {
      at.fireExceptionCaught(cause);
    }
  }

  @Override
  public ChannelFuture endOutput() {
    ChannelHandlerContext at = context;
    if (listening && !wrote && at != null) {
      at.writeAndFlush(Unpooled.wrappedBuffer(WebPage.badRequest()));
    }
    return tls.closeOutbound();
  }
}
