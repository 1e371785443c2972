package org.wormholes.transport.embed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.wormholes.runtime.spi.Transport.ConnectionPair;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Pipe;
import org.wormholes.transport.socket.Sockets;

@Timeout(20)
class LocalBridgeTest {
  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private final ConnectionPair pair = Pipe.between(sockets.loops().getFirst(), sockets.options());
  private final Program program = new Program();

  @AfterEach
  void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    sockets.close();
  }

  @Test
  void carriesMuchBothWaysAndTellsOfTheEnd() throws Exception {
    Channel channel = open();
    ChannelBridge far = ChannelBridge.over(pair.far());
    byte[] sent = new byte[3_000_000];
    new Random(4).nextBytes(sent);
    Thread echo =
        Thread.startVirtualThread(() -> {
          try {
            ByteBuffer all = ByteBuffer.allocate(sent.length);
            while (all.hasRemaining()) {
              far.read(all);
            }
            far.write(all.flip());
            far.shutdownOutput();
          } catch (java.io.IOException failure) {
            throw new IllegalStateException(failure);
          }
        });
    for (int at = 0; at < sent.length; at += 100_000) {
      channel.writeAndFlush(Unpooled.wrappedBuffer(Arrays.copyOfRange(sent, at, at + 100_000)));
    }
    program.ended.get(10, TimeUnit.SECONDS);
    assertThat(program.received.array()).startsWith(sent);
    assertThat(program.received.position()).isEqualTo(sent.length);
    echo.join();
    channel.close().sync();
    assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void tellsOfAReset() throws Exception {
    open();
    ChannelBridge far = ChannelBridge.over(pair.far());
    far.write(ByteBuffer.wrap("x".getBytes(UTF_8)));
    program.first.get(5, TimeUnit.SECONDS);
    pair.far().loop().execute(pair.far()::abort);
    assertThat(program.failed.get(5, TimeUnit.SECONDS)).hasMessage("reset by the other end");
    program.closed.get(5, TimeUnit.SECONDS);
    assertThat(program.ended).isNotDone();
  }

  private Channel open() throws Exception {
    return LocalBridge.open(pair.near(), group, program)
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
  }

  private static final class Program extends ChannelInboundHandlerAdapter {
    private final ByteBuffer received = ByteBuffer.allocate(3_000_100);
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      received.put(bytes.nioBuffer());
      bytes.release();
      first.complete(null);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        ended.complete(null);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failed.complete(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      closed.complete(null);
    }
  }
}
