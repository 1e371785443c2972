package org.wormholes.transport.exit;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;

/// One connection in TLS to a name server, with the questions that were put to it. When it ends
/// those without an answer have failed. Belongs to one loop.
final class SecureSession {
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final String END = "end";

  private final NettyLoop loop;
  private final SecureServer server;
  private final SslContext context;
  private final Set<SecureUpstream.Pending> asked = new LinkedHashSet<>();
  private @Nullable SocketChannel channel;
  private @Nullable Talk talk;
  private long heardAt;
  private boolean over;

  SecureSession(NettyLoop loop, SecureServer server, SslContext context) {
    this.loop = loop;
    this.server = server;
    this.context = context;
    this.heardAt = loop.nanoTime();
  }

  /// How questions are said on a connection.
  interface Talk {
    void send(SecureUpstream.Pending question);
  }

  boolean isUsable() {
    return !over;
  }

  void dial(Sockets sockets, Duration patience) {
    sockets.open(
        loop,
        server.address(),
        patience,
        new Sockets.Opened() {
          @Override
          public void opened(NettyLoop on, SocketChannel opened, Duration left) {
            sockets.roomyReads(opened);
            shakeHands(opened, patience);
          }

          @Override
          public void failed(DialFailure failure) {
            end();
          }
        });
  }

  private void shakeHands(SocketChannel opened, Duration patience) {
    channel = opened;
    SslHandler tls = context.newHandler(opened.alloc(), server.name(), server.address().getPort());
    tls.setHandshakeTimeoutMillis(patience.toMillis());
    opened.pipeline().addLast(tls).addLast(END, new Ending());
    opened.closeFuture().addListener(closed -> end());
    tls.handshakeFuture()
        .addListener(done -> {
          if (done.isSuccess() && !over) {
            begin(opened.pipeline(), tls.applicationProtocol());
          } else {
            opened.close();
          }
        });
    opened.config().setAutoRead(true);
  }

  private void begin(ChannelPipeline pipeline, @Nullable String protocol) {
    if (!server.isHttps()) {
      talk = StreamTalk.on(this, pipeline);
    } else if ("h2".equals(protocol)) {
      talk = Http2Talk.on(this, pipeline);
    } else {
      talk = Http1Talk.on(this, pipeline);
    }
    rest();
    for (SecureUpstream.Pending question : List.copyOf(asked)) {
      talk.send(question);
    }
  }

  SecureServer server() {
    return server;
  }

  /// Puts a handler behind those there are.
  void add(ChannelPipeline pipeline, ChannelHandler handler) {
    pipeline.addBefore(END, null, handler);
  }

  void ask(SecureUpstream.Pending question) {
    asked.add(question);
    if (over) {
      loop.execute(question::failed);
    } else if (talk != null) {
      talk.send(question);
    }
  }

  void forget(SecureUpstream.Pending question) {
    asked.remove(question);
  }

  /// A message came, of whatever question.
  void onMessage(byte[] message) {
    heardAt = loop.nanoTime();
    for (SecureUpstream.Pending each : List.copyOf(asked)) {
      if (each.isNumberOf(message)) {
        each.answered(message);
      }
    }
  }

  /// The server said something, be it that it can't.
  void onSign() {
    heardAt = loop.nanoTime();
  }

  /// A question waited in vain: a server that said nothing at all meanwhile is gone.
  void onSilence(Duration waited) {
    if (loop.nanoTime() - heardAt >= waited.toNanos()) {
      end();
    }
  }

  private void rest() {
    loop.schedule(
        IDLE,
        () -> {
          boolean idle = asked.isEmpty() && loop.nanoTime() - heardAt >= IDLE.toNanos() / 2;
          if (idle) {
            end();
          } else if (!over) {
            rest();
          }
        });
  }

  private void end() {
    over = true;
    if (channel != null) {
      channel.close();
    }
    List.copyOf(asked).forEach(SecureUpstream.Pending::failed);
  }

  /// The end of a pipeline, where whatever is left over ends the connection.
  private static final class Ending extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // A stranger's certificate, or bytes that are no TLS or HTTP: the questions tell.
      context.close();
    }
  }
}
