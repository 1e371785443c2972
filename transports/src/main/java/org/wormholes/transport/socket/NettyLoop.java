package org.wormholes.transport.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Loop;

/// A Netty event loop, with the buffers that its connections share.
public final class NettyLoop implements Loop {
  private static final int READ_BYTES = 128 * 1024;
  private static final UnpooledByteBufAllocator ALLOCATOR =
      new UnpooledByteBufAllocator(true, true);

  private final int index;
  private final EventLoop eventLoop;
  private final boolean readsAtOnce;
  private final WriteBuffers writeBuffers = new WriteBuffers();
  private @Nullable ByteBuf readBuffer;
  private @Nullable ByteBuffer readView;

  /// @param readsAtOnce see [Io]
  NettyLoop(int index, EventLoop eventLoop, boolean readsAtOnce) {
    this.index = index;
    this.eventLoop = eventLoop;
    this.readsAtOnce = readsAtOnce;
  }

  public EventLoop eventLoop() {
    return eventLoop;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public boolean inLoop() {
    return eventLoop.inEventLoop();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void execute(Runnable task) {
    eventLoop.execute(task);
  }

  /// Runs `task` on this loop unless the loop has ended.
  void executeIfOpen(Runnable task) {
    try {
      eventLoop.execute(task);
    } catch (RejectedExecutionException ended) {
      // The process is shutting down: nobody is left to hear of it.
      return;
    }
  }

  @Override
  public Cancellable schedule(Duration delay, Runnable task) {
    Future<?> future = eventLoop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  WriteBuffers writeBuffers() {
    return writeBuffers;
  }

  /// Whether [#lendReadBuffer] serves: no read of this loop keeps a buffer after its call.
  boolean readsAtOnce() {
    return readsAtOnce;
  }

  /// The buffer that every stream of this loop reads into, with one reference more. Whoever reads
  /// from it is done with it before the next read, so one is enough.
  ByteBuf lendReadBuffer() {
    ByteBuf buffer = readBuffer;
    if (buffer == null || buffer.refCnt() != 1) {
      if (buffer != null) {
        buffer.release();
      }
      buffer = ALLOCATOR.directBuffer(READ_BYTES, READ_BYTES);
      readBuffer = buffer;
      readView = buffer.nioBuffer(0, READ_BYTES);
    }
    return buffer.clear().retain();
  }

  /// The bytes of `buffer` as a view valid until the next read, without allocating for the shared
  /// one.
  @SuppressWarnings("ReferenceEquality") // The very buffer is meant, not one with the same bytes.
  ByteBuffer view(ByteBuf buffer) {
    ByteBuffer shared = readView;
    if (buffer == readBuffer && shared != null) {
      return shared.limit(buffer.writerIndex()).position(buffer.readerIndex());
    }
    return buffer.nioBuffer();
  }
}
