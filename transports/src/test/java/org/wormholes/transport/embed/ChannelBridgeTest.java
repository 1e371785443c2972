package org.wormholes.transport.embed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
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
class ChannelBridgeTest {
  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(2));
  private final ConnectionPair pair = Pipe.between(sockets.loops().getFirst(), sockets.options());
  private final ChannelBridge near = ChannelBridge.over(pair.near());

  @AfterEach
  void close() {
    sockets.close();
  }

  @Test
  void carriesMuchBothWaysAcrossLoops() throws Exception {
    CompletableFuture<Void> moved = new CompletableFuture<>();
    pair.far()
        .loop()
        .execute(() -> pair.far().moveTo(sockets.loops().get(1), () -> moved.complete(null)));
    moved.get(5, TimeUnit.SECONDS);
    ChannelBridge far = ChannelBridge.over(pair.far());
    byte[] sent = new byte[5_000_000];
    new Random(3).nextBytes(sent);
    Thread echo = Thread.startVirtualThread(() -> echo(far));
    Thread writer =
        Thread.startVirtualThread(() -> {
          try {
            near.write(ByteBuffer.wrap(sent));
            near.shutdownOutput();
          } catch (IOException failure) {
            throw new IllegalStateException(failure);
          }
        });
    ByteBuffer back = ByteBuffer.allocate(sent.length + 1);
    readToEnd(near, back);
    assertThat(Arrays.copyOf(back.array(), back.position())).isEqualTo(sent);
    writer.join();
    echo.join();
  }

  @Test
  void makesTheWriterWaitForAReaderWhoDoesNotRead() throws Exception {
    // The far end has no handler yet and reads nothing.
    CompletableFuture<Integer> written = new CompletableFuture<>();
    Thread writer =
        Thread.startVirtualThread(() -> {
          try {
            written.complete(near.write(ByteBuffer.allocate(4_000_000)));
          } catch (IOException failure) {
            written.completeExceptionally(failure);
          }
        });
    writer.join(200);
    assertThat(written).isNotDone();
    ChannelBridge far = ChannelBridge.over(pair.far());
    ByteBuffer some = ByteBuffer.allocate(4_000_000);
    while (some.hasRemaining()) {
      assertThat(far.read(some)).isPositive();
    }
    assertThat(written.get(5, TimeUnit.SECONDS)).isEqualTo(4_000_000);
  }

  @Test
  void tellsAResetFromAnEnd() throws Exception {
    ChannelBridge far = ChannelBridge.over(pair.far());
    far.write(ByteBuffer.wrap("last words".getBytes(UTF_8)));
    ByteBuffer words = ByteBuffer.allocate(100);
    while (words.position() < 10) {
      assertThat(near.read(words)).isPositive();
    }
    pair.far().loop().execute(pair.far()::abort);
    assertThatThrownBy(() -> near.read(words))
        .isInstanceOf(IOException.class)
        .hasMessage("reset by the other end");
  }

  @Test
  void endsCleanlyWhenTheOtherSideCloses() throws Exception {
    ChannelBridge far = ChannelBridge.over(pair.far());
    far.write(ByteBuffer.wrap("bye".getBytes(UTF_8)));
    far.close();
    ByteBuffer words = ByteBuffer.allocate(100);
    readToEnd(near, words);
    assertThat(words.position()).isEqualTo(3);
    assertThatThrownBy(() -> far.read(words)).isInstanceOf(ClosedChannelException.class);
    assertThat(far.isOpen()).isFalse();
  }

  @Test
  void wakesAReaderWhenClosed() throws Exception {
    CompletableFuture<Throwable> woken = new CompletableFuture<>();
    Thread reader =
        Thread.startVirtualThread(() -> {
          try {
            near.read(ByteBuffer.allocate(1));
          } catch (IOException closed) {
            woken.complete(closed);
          }
        });
    near.close();
    reader.join();
    assertThat(woken.get(5, TimeUnit.SECONDS)).isInstanceOf(ClosedChannelException.class);
  }

  private static void readToEnd(ChannelBridge channel, ByteBuffer into) throws IOException {
    int got = 0;
    while (got >= 0) {
      got = channel.read(into);
    }
  }

  private static void echo(ChannelBridge far) {
    ByteBuffer buffer = ByteBuffer.allocate(10_000);
    try {
      while (far.read(buffer) >= 0) {
        far.write(buffer.flip());
        buffer.clear();
      }
      far.shutdownOutput();
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
