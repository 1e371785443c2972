package org.wormholes.transport.control;

import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.ControlReply.ReplyStream;
import org.wormholes.transport.socket.NettyLoop;

/// An answer in pieces to a reader who may be slow: past a bound of bytes not yet taken the reader
/// is cut off, because events wait for nobody.
final class EventStream implements ReplyStream {
  private static final long MAX_BEHIND = 1024 * 1024;

  private final NettyLoop loop;
  private final DuplexChannel channel;
  private final AtomicLong behind = new AtomicLong();
  private final List<Runnable> listeners = new ArrayList<>();
  private @Nullable Runnable ended;
  private volatile boolean closed;

  EventStream(NettyLoop loop, DuplexChannel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /// On the loop: what to do once the last piece is written.
  void whenEnded(Runnable next) {
    ended = next;
  }

  @Override
  public boolean send(byte[] piece) {
    if (closed) {
      return false;
    }
    if (piece.length == 0) {
      // An empty chunk would say that the answer is complete.
      return true;
    }
    if (behind.addAndGet(piece.length) > MAX_BEHIND) {
      close();
      loop.execute(channel::close);
      return false;
    }
    loop.execute(() ->
        channel
            .writeAndFlush(ControlConnection.piece(piece))
            .addListener(done -> behind.addAndGet(-piece.length)));
    return true;
  }

  @Override
  public void end() {
    if (close()) {
      loop.execute(() ->
          channel
              .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
              .addListener(done -> {
                Runnable next = ended;
                if (next != null) {
                  next.run();
                }
              }));
    }
  }

  void onGone() {
    close();
  }

  private boolean close() {
    List<Runnable> hear;
    synchronized (listeners) {
      if (closed) {
        return false;
      }
      closed = true;
      hear = List.copyOf(listeners);
      listeners.clear();
    }
    hear.forEach(Runnable::run);
    return true;
  }

  @Override
  public void onClosed(Runnable listener) {
    synchronized (listeners) {
      if (!closed) {
        listeners.add(listener);
        return;
      }
    }
    listener.run();
  }
}
