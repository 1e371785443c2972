package org.wormholes.runtime;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.StreamListener;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;

/// Joins a stream of a circuit and a connection, at the client (application side) and at the exit
/// (destination side) alike. Each side is read only as fast as the other takes it; half-close
/// passes through; a reset on one side is a reset on the other, never a clean end.
non-sealed class StreamBridge
    implements Carried, ConnectionHandler, StreamListener, Shard.Flushable {
  private Shard shard;
  private @Nullable StreamEnd stream;
  private @Nullable FlowSet holder;
  private @Nullable Connection connection;

  /// Bytes read that the stream had no room for; while there are any, the connection is not read.
  private @Nullable ByteBuffer leftover;

  /// Bytes for a connection that is still being made.
  private @Nullable Early early;

  private int unconsumed;
  private long stalledSince = Long.MAX_VALUE;
  private boolean inputFinished;
  private boolean outputFinished;
  private boolean flushAsked;
  private boolean over;

  StreamBridge(Shard shard) {
    this.shard = shard;
  }

  @Override
  public final Shard shard() {
    return shard;
  }

  final boolean hasStream() {
    return stream != null;
  }

  @Override
  public final StreamEnd stream() {
    StreamEnd joined = stream;
    if (joined == null) {
      throw new IllegalStateException("no stream yet");
    }
    return joined;
  }

  final void join(StreamEnd joined) {
    stream = joined;
  }

  @Override
  public final void carriedBy(@Nullable FlowSet next) {
    if (holder != null) {
      holder.remove(this);
    }
    holder = next;
    if (next != null && !over) {
      next.add(this);
    }
  }

  @Override
  public final boolean isOver() {
    return over;
  }

  final boolean hasConnection() {
    return connection != null;
  }

  /// The connection is there: what arrived for it before goes out first.
  final void connected(Connection live) {
    connection = live;
    live.handler(this);
    Early held = early;
    early = null;
    if (held != null) {
      live.write(held.bytes, 0, held.length);
      settle(live);
      flushLater();
    }
    if (outputFinished) {
      live.finish();
    }
    live.reading(true);
  }

  /// The connection moves along.
  @Override
  public final void moveTo(Shard next, Runnable done) {
    Connection live = connection;
    if (live == null) {
      shard = next;
      next.run(done);
      return;
    }
    live.moveTo(
        next.loop,
        () -> {
          shard = next;
          done.run();
          next.flush();
        });
  }

  @Override
  public final long stalledSince() {
    return stalledSince;
  }

  // From the connection to the stream.

  @Override
  public final void onRead(ByteBuffer in) {
    if (over || stream == null) {
      in.position(in.limit());
      return;
    }
    countIn(stream.offer(in, shard.now()));
    if (in.hasRemaining()) {
      leftover = ByteBuffer.allocate(in.remaining()).put(in).flip();
      shard.node.memory.charge(leftover.capacity());
      if (connection != null) {
        connection.reading(false);
      }
    }
  }

  @Override
  public final void onReadComplete() {
    shard.flush();
  }

  /// The stream has room again.
  @Override
  public final void onWritable() {
    // Both sides use this word; for each the answer is to move what waits.
    pushLeftover();
    settleConnection();
    shard.flush();
  }

  private void countIn(int bytes) {
    if (holder != null) {
      holder.bytesIn += bytes;
    }
  }

  private void pushLeftover() {
    ByteBuffer waiting = leftover;
    if (waiting == null || over) {
      return;
    }
    countIn(stream().offer(waiting, shard.now()));
    if (waiting.hasRemaining()) {
      return;
    }
    dropLeftover();
    if (inputFinished) {
      stream().finish();
    } else if (connection != null) {
      connection.reading(true);
    }
  }

  private void dropLeftover() {
    if (leftover != null) {
      shard.node.memory.release(leftover.capacity());
      leftover = null;
    }
  }

  @Override
  public final void onInputFinished() {
    inputFinished = true;
    if (!over && leftover == null) {
      stream().finish();
    }
    shard.flush();
  }

  @Override
  public final void onClosed(@Nullable String cause) {
    connection = null;
    if (!over && !(cause == null && inputFinished && outputFinished)) {
      stream().reset(cause == null ? Reason.REQUESTED : Reason.CONNECTION_RESET);
      end();
    }
    shard.flush();
  }

  // From the stream to the connection.

  @Override
  public void onData(byte[] array, int offset, int length) {
    if (over) {
      return;
    }
    unconsumed += length;
    if (holder != null) {
      holder.bytesOut += length;
    }
    shard.node.memory.charge(length);
    Connection live = connection;
    if (live == null) {
      if (early == null) {
        early = new Early();
      }
      early.add(array, offset, length);
      return;
    }
    live.write(array, offset, length);
    settle(live);
    flushLater();
  }

  /// Lets the far end send more as far as the connection has taken what it sent.
  private void settle(Connection live) {
    if (live.writable()) {
      int bytes = unconsumed;
      unconsumed = 0;
      stalledSince = Long.MAX_VALUE;
      if (bytes > 0) {
        shard.node.memory.release(bytes);
        stream().consumed(bytes);
      }
    } else if (stalledSince == Long.MAX_VALUE) {
      stalledSince = shard.now();
    }
  }

  private void settleConnection() {
    if (connection != null && unconsumed > 0 && !over) {
      settle(connection);
    }
  }

  @Override
  public final void onFinished() {
    outputFinished = true;
    if (connection != null) {
      connection.finish();
    }
  }

  @Override
  public void onReset(Reason reason) {
    if (over) {
      return;
    }
    end();
    if (connection != null) {
      connection.abort();
    }
  }

  @Override
  public void onEnded() {
    end();
    if (connection != null) {
      connection.close();
    }
  }

  @Override
  public final void abandon(Reason reason) {
    if (!over) {
      if (stream != null) {
        stream.reset(reason);
      }
      onReset(reason);
    }
  }

  /// The stream was refused: nothing of it is left.
  final void abandonQuietly() {
    if (!over) {
      end();
    }
  }

  private void end() {
    over = true;
    carriedBy(null);
    dropLeftover();
    shard.node.memory.release(unconsumed);
    unconsumed = 0;
    early = null;
    onOver();
  }

  /// The flow is over, in whatever way. Called once.
  void onOver() {}

  private void flushLater() {
    if (!flushAsked) {
      flushAsked = true;
      shard.flushLater(this);
    }
  }

  @Override
  public final void flushNow() {
    flushAsked = false;
    if (connection != null) {
      connection.flush();
    }
  }

  /// Bytes that came before the connection; never more than a fresh stream's window.
  private static final class Early {
    byte[] bytes = new byte[2_048];
    int length;

    void add(byte[] array, int offset, int count) {
      if (length + count > bytes.length) {
        bytes = java.util.Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
      }
      System.arraycopy(array, offset, bytes, length, count);
      length += count;
    }
  }
}
