package org.wormholes.transport.socket;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.Loop;

/// A stream through a program on this machine that speaks for a network of others, over a socket to
/// it: an I2P router, a tor.
///
/// It differs from a TCP connection in three ways. Such networks have no half-close: [#finish()] is
/// kept back while the other side still talks, and an end of the input ends both directions. An end
/// is only clean if the program lives on; when it dies the stream is reset. And a program may say
/// *connected* before the other side has answered.
public final class ProgramStream implements Connection, ConnectionHandler {
  /// The control socket of a program that died is closed within this of its streams.
  public static final Duration END_CHECK = Duration.ofMillis(100);

  /// How long the other side may be silent after we have said all we had to say.
  static final Duration FINISH_PATIENCE = Duration.ofSeconds(30);

  private final Connection socket;
  private final Supplier<String> local;
  private final String peer;
  private final Consumer<ProgramStream> ended;
  private @Nullable ConnectionHandler handler;
  private volatile @Nullable String lost;
  private @Nullable String closedBecause;
  private boolean closed;
  private boolean finished;
  private long heardAt;

  /// @param local our own address, as the network knows it
  /// @param peer the far one
  /// @param ended hears once, on the loop, when it is closed
  public ProgramStream(
      Connection socket, Supplier<String> local, String peer, Consumer<ProgramStream> ended) {
    this.socket = socket;
    this.local = local;
    this.peer = peer;
    this.ended = ended;
  }

  /// Begins to hear of the socket; on its loop.
  public void take() {
    socket.handler(this);
  }

  /// The program is gone, and the system may say nothing of it. From any thread.
  public void lose(String why) {
    lost = why;
    socket.loop().execute(this::abortHere);
  }

  private void abortHere() {
    if (socket.loop().inLoop()) {
      socket.abort();
    } else {
      socket.loop().execute(this::abortHere);
    }
  }

  // A connection

  @Override
  public Loop loop() {
    return socket.loop();
  }

  @Override
  public void write(byte[] array, int offset, int length) {
    socket.write(array, offset, length);
  }

  @Override
  public void flush() {
    socket.flush();
  }

  @Override
  public boolean writable() {
    return socket.writable();
  }

  @Override
  public long pendingBytes() {
    return socket.pendingBytes();
  }

  @Override
  public void reading(boolean on) {
    socket.reading(on);
  }

  @Override
  public void unread(byte[] bytes, boolean inputFinished) {
    socket.unread(bytes, inputFinished);
  }

  @Override
  public void finish() {
    if (finished || closed) {
      return;
    }
    finished = true;
    socket.flush();
    heardAt = loop().nanoTime();
    Timers.later(socket, FINISH_PATIENCE, this::closeIfSilent);
  }

  private void closeIfSilent() {
    long silent = loop().nanoTime() - heardAt;
    if (silent >= FINISH_PATIENCE.toNanos()) {
      socket.close();
    } else if (!closed) {
      Timers.later(socket, FINISH_PATIENCE.minusNanos(silent), this::closeIfSilent);
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public void abort() {
    socket.abort();
  }

  @Override
  public String remoteAddress() {
    return peer;
  }

  @Override
  public String localAddress() {
    return local.get();
  }

  @Override
  public void handler(ConnectionHandler newHandler) {
    handler = newHandler;
    if (closed) {
      String why = closedBecause;
      socket.loop().execute(() -> newHandler.onClosed(why));
    }
  }

  @Override
  public void moveTo(Loop loop, Runnable done) {
    socket.moveTo(loop, done);
  }

  // What the socket says

  @Override
  public void onRead(ByteBuffer in) {
    heardAt = finished ? loop().nanoTime() : 0;
    ConnectionHandler hears = handler;
    if (hears != null) {
      hears.onRead(in);
    }
  }

  @Override
  public void onReadComplete() {
    ConnectionHandler hears = handler;
    if (hears != null) {
      hears.onReadComplete();
    }
  }

  @Override
  public void onWritable() {
    ConnectionHandler hears = handler;
    if (hears != null) {
      hears.onWritable();
    }
  }

  @Override
  public void onInputFinished() {
    Timers.later(socket, END_CHECK, this::tellEnd);
  }

  private void tellEnd() {
    ConnectionHandler hears = handler;
    if (lost != null || closed || hears == null) {
      return;
    }
    hears.onInputFinished();
    socket.close();
  }

  @Override
  public void onClosed(@Nullable String cause) {
    if (closed) {
      return;
    }
    closed = true;
    ended.accept(this);
    String why = lost == null ? cause : lost;
    closedBecause = why;
    ConnectionHandler hears = handler;
    handler = null;
    if (hears != null) {
      hears.onClosed(why);
    }
  }

  /// Timers that find their connection again when it has moved.
  private static final class Timers {
    static void later(Connection on, Duration delay, Runnable task) {
      var _ = on.loop().schedule(delay, () -> run(on, task));
    }

    private static void run(Connection on, Runnable task) {
      if (on.loop().inLoop()) {
        task.run();
      } else {
        on.loop().execute(() -> run(on, task));
      }
    }
  }
}
