package org.wormholes.transport.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/// How much one channel reads at a time: little while it shakes hands, then whole buffers of its
/// loop. One object per channel, both as allocator and as handle.
@SuppressWarnings("deprecation") // Netty has no other place for this.
final class ReadSizes implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
  private static final int HANDSHAKE_BYTES = 256;

  /// Where reads cannot share a buffer.
  private static final int STREAM_BYTES = 64 * 1024;

  /// How many bytes one connection may read before the others of its loop get their turn.
  private static final int MAX_BYTES_PER_TURN = 256 * 1024;

  private int size = HANDSHAKE_BYTES;
  private @Nullable NettyLoop streaming;
  private @Nullable ChannelConfig config;
  private int attempted;
  private int last;
  private int total;

  /// From now on reads go into the shared buffer of `loop`. No decoder that keeps bytes may be left
  /// in the pipeline.
  void stream(NettyLoop loop) {
    if (loop.readsAtOnce()) {
      streaming = loop;
    } else {
      size = STREAM_BYTES;
    }
  }

  /// Reads so much at a time from now on, for what stays decoded.
  void roomy(int bytes) {
    size = bytes;
  }

  @Override
  public ExtendedHandle newHandle() {
    return this;
  }

  @Override
  public ByteBuf allocate(ByteBufAllocator allocator) {
    NettyLoop loop = streaming;
    return loop == null ? allocator.ioBuffer(size) : loop.lendReadBuffer();
  }

  @Override
  public int guess() {
    return size;
  }

  @Override
  public void reset(ChannelConfig channelConfig) {
    config = channelConfig;
    total = 0;
    last = 0;
  }

  @Override
  public void incMessagesRead(int messages) {}

  @Override
  public void lastBytesRead(int bytes) {
    last = bytes;
    total += Math.max(0, bytes);
  }

  @Override
  public int lastBytesRead() {
    return last;
  }

  @Override
  public void attemptedBytesRead(int bytes) {
    attempted = bytes;
  }

  @Override
  public int attemptedBytesRead() {
    return attempted;
  }

  @Override
  public boolean continueReading() {
    ChannelConfig current = config;
    return current != null
        && current.isAutoRead()
        && last > 0
        && last == attempted
        && total < MAX_BYTES_PER_TURN;
  }

  @Override
  public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
    return continueReading();
  }

  @Override
  public void readComplete() {}
}
