package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.link.LinkSession;
import org.wormholes.protocol.peer.PipeWord;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;

/// One end of a pipe: bytes of a connection go out in cells, and the other way. The credit of the
/// link holds back whoever sends faster than is read. Belongs to the link's loop, as the connection
/// does.
///
/// Life: asked → open (both sides may send) → each side ends its direction → gone.
final class PipeEnd extends LinkCircuit implements ConnectionHandler {
  /// How long the other end may take to answer.
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int PAUSE_BYTES = 256 << 10;
  private static final int RESUME_BYTES = 64 << 10;

  private final Shard shard;
  private final @Nullable Listener listener;
  private final ArrayDeque<PipeWord> words = new ArrayDeque<>(2);
  private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
  private @Nullable Connection near;
  private int waitingBytes;
  private long waitingSince = Long.MAX_VALUE;
  private boolean first;
  private boolean open;
  private boolean paused;
  private boolean inputEnded;
  private boolean endSaid;
  private boolean peerEnded;
  private boolean nearGone;

  /// Cells whose bytes wait until the connection takes more.
  private int heldLarge;

  private int heldSmall;

  /// Hears what became of a pipe that was asked for: one of the two, once, on the link's loop.
  interface Listener {
    void onOpened();

    void onFailed(LinkReason reason);
  }

  private PipeEnd(NodeLink link, int id, @Nullable Listener listener) {
    super(link, id);
    this.shard = link.shard;
    this.listener = listener;
    this.first = listener != null;
  }

  /// Asks a neighbour for a pipe.
  ///
  /// @param near the bytes; lives on the link's loop
  static void ask(NodeLink link, PipeWord word, Connection near, Listener listener) {
    if (!link.isOpen()) {
      near.abort();
      listener.onFailed(LinkReason.LINK_LOST);
      return;
    }
    PipeEnd end = new PipeEnd(link, link.session().nextCircuitId(), listener);
    if (!link.add(end)) {
      near.abort();
      listener.onFailed(LinkReason.OVERLOADED);
      return;
    }
    end.take(near);
    end.words.add(word);
    link.wake(end);
    end.shard.after(
        PATIENCE,
        () -> {
          if (!end.open) {
            link.destroy(end, LinkReason.TIMED_OUT);
          }
        });
  }

  /// Holds the place of a pipe that the neighbour asked for; empty when there is no room.
  static @Nullable PipeEnd asked(NodeLink link, int id) throws WireException {
    PipeEnd end = new PipeEnd(link, id, null);
    if (!link.add(end)) {
      return null;
    }
    end.credit.received(false);
    end.released(false);
    return end;
  }

  /// Says yes to the neighbour, with the bytes that it gets.
  void accept(Connection connection) {
    if (detached) {
      connection.abort();
      return;
    }
    take(connection);
    open = true;
    words.add(new PipeWord.Opened());
    link.wake(this);
    connection.reading(true);
  }

  private void take(Connection connection) {
    near = connection;
    connection.handler(this);
  }

  // To the neighbour.

  @Override
  boolean pull() {
    if (!words.isEmpty()) {
      return pullWord();
    }
    if (waitingBytes > 0) {
      return pullBytes();
    }
    if (inputEnded && open && !endSaid) {
      endSaid = true;
      words.add(new PipeWord.End());
      return pullWord();
    }
    if (endSaid && (peerEnded || nearGone)) {
      link.destroy(this, LinkReason.FINISHED);
    }
    return false;
  }

  private boolean pullWord() {
    if (!credit.maySend(false)) {
      return false;
    }
    LinkSession session = link.session();
    int body = session.beginCell(false, first ? Cells.PIPE_OPEN : Cells.PIPE, id);
    first = false;
    PipeWord.write(words.removeFirst(), session.array(), body);
    credit.sent(false);
    return true;
  }

  private boolean pullBytes() {
    boolean large = PipeWord.prefersLarge(waitingBytes);
    if (!open || !credit.maySend(large)) {
      return false;
    }
    int length = Math.min(PipeWord.capacity(large), waitingBytes);
    LinkSession session = link.session();
    int body = session.beginCell(large, Cells.PIPE, id);
    PipeWord.beginData(session.array(), body, length, large);
    fill(session.array(), body + PipeWord.HEADER, length);
    credit.sent(large);
    waitingBytes -= length;
    shard.node.memory.release(length);
    waitingSince = waitingBytes == 0 ? Long.MAX_VALUE : shard.now();
    Connection source = near;
    if (paused && waitingBytes < RESUME_BYTES && source != null && !nearGone) {
      paused = false;
      source.reading(true);
    }
    return true;
  }

  private void fill(byte[] array, int at, int length) {
    int left = length;
    while (left > 0) {
      ByteBuffer oldest = waiting.getFirst();
      int part = Math.min(left, oldest.remaining());
      oldest.get(array, at + length - left, part);
      left -= part;
      if (!oldest.hasRemaining()) {
        waiting.removeFirst();
      }
    }
  }

  // From the neighbour.

  @Override
  void onCell(boolean large, int command, byte[] array, int offset, int length)
      throws WireException {
    if (command != Cells.PIPE) {
      throw new WireException("cell of command " + command + " comes out of turn");
    }
    credit.received(large);
    switch (PipeWord.read(array, offset, length)) {
      case PipeWord.Opened() when listener != null && !open -> {
        open = true;
        released(large);
        if (near != null && !nearGone) {
          near.reading(true);
        }
        listener.onOpened();
        link.wake(this);
      }
      case PipeWord.Data(int at, int bytes) when open && !peerEnded ->
          onBytes(large, array, at, bytes);
      case PipeWord.End() when open && !peerEnded -> {
        peerEnded = true;
        released(large);
        if (near != null) {
          near.finish();
        }
        link.wake(this);
      }
      default -> throw new WireException("a pipe's cell comes out of turn");
    }
  }

  private void onBytes(boolean large, byte[] array, int at, int bytes) {
    Connection to = near;
    if (to == null || nearGone) {
      released(large);
      return;
    }
    to.write(array, at, bytes);
    to.flush();
    if (to.writable()) {
      released(large);
    } else if (large) {
      heldLarge++;
    } else {
      heldSmall++;
    }
  }

  @Override
  public void onWritable() {
    while (heldLarge > 0) {
      heldLarge--;
      released(true);
    }
    while (heldSmall > 0) {
      heldSmall--;
      released(false);
    }
    shard.flush();
  }

  // The connection.

  @Override
  public void onRead(ByteBuffer in) {
    int bytes = in.remaining();
    if (detached) {
      in.position(in.limit());
      return;
    }
    byte[] copy = new byte[bytes];
    in.get(copy);
    waiting.addLast(ByteBuffer.wrap(copy));
    waitingBytes += bytes;
    waitingSince = Math.min(waitingSince, shard.now());
    shard.node.memory.charge(bytes);
    Connection source = near;
    if (waitingBytes >= PAUSE_BYTES && source != null) {
      paused = true;
      source.reading(false);
    }
    link.wake(this);
  }

  @Override
  public void onReadComplete() {
    shard.flush();
  }

  @Override
  public void onInputFinished() {
    inputEnded = true;
    link.wake(this);
    shard.flush();
  }

  @Override
  public void onClosed(@Nullable String cause) {
    nearGone = true;
    inputEnded = true;
    onWritable();
    if (cause == null) {
      link.wake(this);
    } else {
      link.destroy(this, LinkReason.UNSPECIFIED);
    }
    shard.flush();
  }

  // The end.

  @Override
  void onDestroyed(LinkReason reason) {
    shard.node.memory.release(waitingBytes);
    waiting.clear();
    waitingBytes = 0;
    Connection left = near;
    if (left != null && !nearGone) {
      if (reason == LinkReason.FINISHED && open) {
        left.close();
      } else {
        left.abort();
      }
    }
    if (listener != null && !open) {
      listener.onFailed(reason);
    }
  }

  @Override
  long oldestQueuedAt() {
    return waitingSince;
  }
}
