package org.wormholes.transport.embed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;

/// A [Connection] as a blocking channel, for code on virtual threads. One thread may read while
/// another writes. Never use it on an event loop: it waits.
///
/// At most 256 KiB each way wait inside; past that the reader's side stops the connection and the
/// writer waits.
public final class ChannelBridge implements ByteChannel {
  private static final int MAX_QUEUED = 256 * 1024;
  private static final int RESUME_QUEUED = 64 * 1024;
  private static final int MAX_STEP = 64 * 1024;

  private final Connection connection;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final Condition writable = lock.newCondition();
  private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
  private int arrivedBytes;
  private int onTheWay;
  private boolean full;
  private boolean paused;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean closedHere;
  private boolean gone;
  private @Nullable String cause;

  private ChannelBridge(Connection connection) {
    this.connection = connection;
  }

  /// Takes over `connection`; may be called from any thread.
  public static ChannelBridge over(Connection connection) {
    ChannelBridge bridge = new ChannelBridge(connection);
    connection
        .loop()
        .execute(() -> {
          connection.handler(bridge.new Ear());
          connection.reading(true);
        });
    return bridge;
  }

  /// Reads what is there, waiting for the first byte.
  ///
  /// @return bytes read, or -1 at the end
  /// @throws IOException if the connection was reset
  @Override
  public int read(ByteBuffer target) throws IOException {
    lock.lock();
    try {
      while (arrived.isEmpty() && !inputEnded && !gone && !closedHere) {
        readable.await();
      }
      if (closedHere) {
        throw new ClosedChannelException();
      }
      if (!arrived.isEmpty()) {
        return take(target);
      }
      if (!inputEnded && cause != null) {
        throw new IOException(cause);
      }
      return -1;
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    } finally {
      lock.unlock();
    }
  }

  private int take(ByteBuffer target) {
    int before = target.remaining();
    while (target.hasRemaining() && !arrived.isEmpty()) {
      ByteBuffer chunk = arrived.getFirst();
      int step = Math.min(chunk.remaining(), target.remaining());
      target.put(target.position(), chunk, chunk.position(), step);
      target.position(target.position() + step);
      chunk.position(chunk.position() + step);
      if (!chunk.hasRemaining()) {
        arrived.removeFirst();
      }
    }
    int taken = before - target.remaining();
    arrivedBytes -= taken;
    if (paused && arrivedBytes <= RESUME_QUEUED) {
      paused = false;
      connection.loop().execute(() -> connection.reading(true));
    }
    return taken;
  }

  /// Writes all of `source`, waiting while the connection is full.
  ///
  /// @throws IOException if the connection is gone
  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    while (source.hasRemaining()) {
      byte[] step = new byte[Math.min(source.remaining(), MAX_STEP)];
      lock.lock();
      try {
        while ((full || onTheWay > MAX_QUEUED) && !gone && !closedHere) {
          writable.await();
        }
        if (closedHere || outputEnded) {
          throw new ClosedChannelException();
        }
        if (gone) {
          throw new IOException(cause == null ? "the connection is closed" : cause);
        }
        onTheWay += step.length;
      } catch (InterruptedException interrupted) {
        throw interrupted(interrupted);
      } finally {
        lock.unlock();
      }
      source.get(step);
      connection.loop().execute(() -> pass(step));
    }
    return length;
  }

  private void pass(byte[] step) {
    connection.write(step, 0, step.length);
    connection.flush();
    boolean nowFull = !connection.writable();
    lock.lock();
    try {
      onTheWay -= step.length;
      full = nowFull;
      writable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Ends the outgoing direction; reading goes on.
  public void shutdownOutput() {
    lock.lock();
    try {
      outputEnded = true;
    } finally {
      lock.unlock();
    }
    connection.loop().execute(connection::finish);
  }

  @Override
  public boolean isOpen() {
    lock.lock();
    try {
      return !closedHere;
    } finally {
      lock.unlock();
    }
  }

  /// Closes after what has been written; threads that wait in this channel are woken.
  @Override
  public void close() {
    lock.lock();
    try {
      if (closedHere) {
        return;
      }
      closedHere = true;
      arrived.clear();
      readable.signalAll();
      writable.signalAll();
    } finally {
      lock.unlock();
    }
    connection.loop().execute(connection::close);
  }

  private IOException interrupted(InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted while waiting for the connection", interrupted);
  }

  /// Hears the connection, on its loop.
  private final class Ear implements ConnectionHandler {
    @Override
    public void onRead(ByteBuffer in) {
      ByteBuffer copy = ByteBuffer.allocate(in.remaining());
      copy.put(in).flip();
      lock.lock();
      try {
        if (closedHere) {
          return;
        }
        arrived.add(copy);
        arrivedBytes += copy.remaining();
        if (arrivedBytes > MAX_QUEUED && !paused) {
          paused = true;
          connection.reading(false);
        }
        readable.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {
      lock.lock();
      try {
        full = false;
        writable.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onInputFinished() {
      lock.lock();
      try {
        inputEnded = true;
        readable.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onClosed(@Nullable String why) {
      lock.lock();
      try {
        gone = true;
        cause = why;
        readable.signalAll();
        writable.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
