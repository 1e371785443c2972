package org.wormholes.transport.quic;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.wormholes.transport.socket.Layer;

/// QUIC under a connection: the one stream of a QUIC connection, and the end of both. A clean end
/// leaves the QUIC connection a moment to send what it still has; a reset is CONNECTION_CLOSE (RFC
/// 9000 section 10.2) at once.
final class QuicLayer implements Layer {
  /// The application's error code of a reset.
  static final int RESET = 1;

  private static final int NO_ERROR = 0;
  private static final int LINGER_MILLIS = 1_000;

  private final QuicStreamChannel stream;

  private QuicLayer(QuicStreamChannel stream) {
    this.stream = stream;
  }

  static QuicLayer under(QuicStreamChannel stream) {
    QuicLayer layer = new QuicLayer(stream);
    stream.closeFuture().addListener(closed -> layer.endConnection());
    return layer;
  }

  private void endConnection() {
    try {
      stream.eventLoop().schedule(() -> close(NO_ERROR), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      close(NO_ERROR);
    }
  }

  private void close(int error) {
    if (stream.parent().isOpen()) {
      stream.parent().close(true, error, Unpooled.EMPTY_BUFFER);
    }
  }

  /// The end of a stream is said by its last frame, which the channel writes itself.
  @Override
  public ChannelFuture endOutput() {
    return stream.newSucceededFuture();
  }

  @Override
  public void reset() {
    close(RESET);
  }

  @Override
  public boolean keepsBytes() {
    return false;
  }
}
