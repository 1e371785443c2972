package org.wormholes.transport.socket;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport.ConnectionPair;

/// A connection within the process. Each end lives on a loop of its own choice; what one end writes
/// the other reads, with the same marks, half closes and resets as a socket.
public final class Pipe {
  private static final Logger LOG = LoggerFactory.getLogger(Pipe.class);
  private static final int MIN_CHUNK = 1024;
  private static final int MAX_CHUNK = 64 * 1024;
  private static final int MAX_BYTES_PER_TURN = 256 * 1024;

  private Pipe() {}

  /// Two connected ends on `loop`.
  public static ConnectionPair between(NettyLoop loop, NettyOptions marks) {
    Flow there = new Flow();
    Flow back = new Flow();
    End near = new End(loop, marks, there, back);
    End far = new End(loop, marks, back, there);
    near.peer = far;
    far.peer = near;
    return new ConnectionPair(near, far);
  }

  /// One direction. The writing end adds, the reading end takes; nothing else is shared.
  private static final class Flow {
    final ConcurrentLinkedQueue<ByteBuffer> chunks = new ConcurrentLinkedQueue<>();
    final AtomicLong pending = new AtomicLong();
    volatile boolean finished;
    volatile boolean readerGone;
    volatile boolean writerWaits;
  }

  private static final class End implements Connection {
    private final NettyOptions marks;
    private final Flow out;
    private final Flow in;
    private final AtomicBoolean pumpAsked = new AtomicBoolean();
    private volatile NettyLoop loop;
    private @Nullable End peer;
    private @Nullable ConnectionHandler handler;
    private @Nullable ByteBuffer current;
    private @Nullable ByteBuffer givenBack;
    private int lastFlush;
    private int sinceFlush;
    private boolean reading;
    private boolean moving;
    private boolean inputEndTold;
    private boolean outputEnded;
    private boolean closing;
    private boolean closedTold;

    End(NettyLoop loop, NettyOptions marks, Flow out, Flow in) {
      this.loop = loop;
      this.marks = marks;
      this.out = out;
      this.in = in;
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public void handler(ConnectionHandler newHandler) {
      handler = newHandler;
    }

    @Override
    public String remoteAddress() {
      return "in-process";
    }

    @Override
    public String localAddress() {
      return "in-process";
    }

    // Out

    @Override
    public void write(byte[] array, int offset, int length) {
      if (closedTold || outputEnded || length == 0) {
        return;
      }
      out.pending.addAndGet(length);
      sinceFlush += length;
      int at = offset;
      int left = length;
      while (left > 0) {
        ByteBuffer chunk = chunk(left);
        int step = Math.min(left, chunk.remaining());
        chunk.put(array, at, step);
        at += step;
        left -= step;
        if (!chunk.hasRemaining()) {
          pass(chunk);
        }
      }
    }

    private ByteBuffer chunk(int wanted) {
      ByteBuffer chunk = current;
      if (chunk == null) {
        chunk = ByteBuffer.allocate(Math.clamp(Math.max(wanted, lastFlush), MIN_CHUNK, MAX_CHUNK));
        current = chunk;
      }
      return chunk;
    }

    private void pass(ByteBuffer chunk) {
      current = null;
      out.chunks.add(chunk.flip());
    }

    @Override
    public void flush() {
      if (closedTold) {
        return;
      }
      ByteBuffer chunk = current;
      if (chunk != null) {
        pass(chunk);
      }
      boolean wrote = sinceFlush > 0;
      lastFlush = sinceFlush;
      sinceFlush = 0;
      if (out.readerGone && wrote) {
        loop.executeIfOpen(() -> tellClosed("the other end has closed"));
        return;
      }
      other().askPump();
    }

    @Override
    public boolean writable() {
      if (closedTold) {
        return false;
      }
      if (out.pending.get() <= marks.highMark()) {
        return true;
      }
      out.writerWaits = true;
      // The reader may have caught up before it could see that someone waits.
      return out.pending.get() <= marks.lowMark();
    }

    @Override
    public long pendingBytes() {
      return out.pending.get();
    }

    private void tellWritable() {
      if (!loop.inLoop()) {
        loop.executeIfOpen(this::tellWritable);
        return;
      }
      ConnectionHandler hears = handler;
      if (hears != null && !closedTold && !outputEnded) {
        guarded(hears::onWritable);
      }
    }

    @Override
    public void finish() {
      if (closedTold || outputEnded) {
        return;
      }
      flush();
      outputEnded = true;
      out.finished = true;
      other().askPump();
      if (inputEndTold) {
        loop.executeIfOpen(() -> tellClosed(null));
      }
    }

    // In

    @Override
    public void reading(boolean on) {
      reading = on && !closing;
      if (reading) {
        askPump();
      }
    }

    @Override
    public void unread(byte[] bytes, boolean inputFinished) {
      if (bytes.length > 0) {
        ByteBuffer later = givenBack;
        int more = later == null ? 0 : later.remaining();
        ByteBuffer first = ByteBuffer.allocate(bytes.length + more).put(bytes);
        if (later != null) {
          first.put(later);
        }
        givenBack = first.flip();
      }
      if (inputFinished) {
        inputEndTold = false;
      }
      if (reading) {
        askPump();
      }
    }

    private void askPump() {
      if (pumpAsked.compareAndSet(false, true)) {
        loop.executeIfOpen(this::pump);
      }
    }

    private void pump() {
      NettyLoop mine = loop;
      if (!mine.inLoop()) {
        mine.executeIfOpen(this::pump);
        return;
      }
      pumpAsked.set(false);
      ConnectionHandler hears = handler;
      if (hears == null || moving || closedTold) {
        return;
      }
      boolean finished = in.finished;
      int taken = takeChunks(hears);
      if (taken > 0 && !closedTold) {
        guarded(hears::onReadComplete);
      }
      if (!reading || closedTold || moving) {
        return;
      }
      if (givenBack != null || !in.chunks.isEmpty()) {
        askPump();
      } else if (finished) {
        tellInputEnd(hears);
      }
    }

    private int takeChunks(ConnectionHandler hears) {
      int taken = 0;
      ByteBuffer first = givenBack;
      if (first != null && reading) {
        givenBack = null;
        taken = first.remaining();
        guarded(() -> hears.onRead(first));
      }
      while (reading && !moving && !closedTold && taken < MAX_BYTES_PER_TURN) {
        ByteBuffer chunk = in.chunks.poll();
        if (chunk == null) {
          break;
        }
        int size = chunk.remaining();
        taken += size;
        guarded(() -> hears.onRead(chunk));
        long left = in.pending.addAndGet(-size);
        if (left <= marks.lowMark() && in.writerWaits) {
          in.writerWaits = false;
          other().tellWritable();
        }
      }
      return taken;
    }

    private void tellInputEnd(ConnectionHandler hears) {
      if (inputEndTold) {
        return;
      }
      inputEndTold = true;
      guarded(hears::onInputFinished);
      if (outputEnded) {
        tellClosed(null);
      }
    }

    // Ends

    @Override
    public void close() {
      if (closing || closedTold) {
        return;
      }
      finish();
      closing = true;
      reading = false;
      loop.executeIfOpen(() -> tellClosed(null));
    }

    @Override
    public void abort() {
      if (closedTold) {
        return;
      }
      closing = true;
      reading = false;
      outputEnded = true;
      current = null;
      End other = other();
      other.loop.executeIfOpen(other::onPeerAborted);
      loop.executeIfOpen(() -> tellClosed("aborted on this side"));
    }

    private void onPeerAborted() {
      if (loop.inLoop()) {
        tellClosed("reset by the other end");
      } else {
        loop.executeIfOpen(this::onPeerAborted);
      }
    }

    private void tellClosed(@Nullable String cause) {
      if (closedTold) {
        return;
      }
      closedTold = true;
      outputEnded = true;
      out.finished = true;
      in.readerGone = true;
      in.chunks.clear();
      in.pending.set(0);
      other().askPump();
      ConnectionHandler hears = handler;
      if (hears != null) {
        guarded(() -> hears.onClosed(cause));
      }
    }

    private void guarded(Runnable call) {
      try {
        call.run();
      } catch (RuntimeException | Error bug) {
        LOG.error("a connection handler failed, its connection is closed", bug);
        abort();
      }
    }

    private End other() {
      End other = peer;
      if (other == null) {
        throw new IllegalStateException("a pipe has two ends");
      }
      return other;
    }

    @Override
    public void moveTo(Loop target, Runnable done) {
      if (!(target instanceof NettyLoop next)) {
        throw new IllegalArgumentException("not a loop of this transport: " + target);
      }
      moving = true;
      loop = next;
      next.execute(() -> {
        moving = false;
        done.run();
        askPump();
      });
    }
  }
}
