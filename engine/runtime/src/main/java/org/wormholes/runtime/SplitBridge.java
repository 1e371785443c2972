package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.split.Merger;
import org.wormholes.protocol.split.Spreader;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;

/// Joins a connection and the parts of a split flow, at the client and at the exit alike. What a
/// [StreamBridge] does for one stream holds here for all of them: each side is read only as fast as
/// the other takes it, half-close passes through, a reset on one side, or of one part, is a reset
/// of the flow and never a clean end.
///
/// Belongs to one loop; its parts may live on others.
abstract class SplitBridge implements ConnectionHandler, Merger.Sink, Shard.Flushable {
  final Shard home;
  final SplitPart[] parts;
  private final Merger merger;
  private final Spreader spreader;
  private @Nullable Connection connection;

  /// Bytes read that no part had room for; while there are any, the connection is not read.
  private @Nullable ByteBuffer leftover;

  /// Bytes of each part that were written to the connection and not yet reported as consumed.
  private final int[] ready;

  /// Bytes given to parts that their circuits have not taken.
  private int handed;

  /// What the memory account was told that the flow holds.
  private int charged;

  private int ended;
  private volatile long stalledSince = Long.MAX_VALUE;
  private boolean pushing;
  private boolean inputFinished;
  private boolean outputFinished;
  private boolean flushAsked;
  private boolean over;

  SplitBridge(Shard home, int count) {
    this.home = home;
    this.parts = new SplitPart[count];
    this.merger = new Merger(count);
    this.spreader = new Spreader(count);
    this.ready = new int[count];
  }

  /// Whether the flow has ended, in whatever way.
  public final boolean isOver() {
    return over;
  }

  final boolean hasConnection() {
    return connection != null;
  }

  final long stalledSince() {
    return stalledSince;
  }

  final void connected(Connection live) {
    connection = live;
    live.handler(this);
    merge();
    if (!over) {
      live.reading(true);
    }
  }

  // From the connection to the parts.

  @Override
  public final void onRead(ByteBuffer in) {
    if (over) {
      in.position(in.limit());
      return;
    }
    push(in);
    if (in.hasRemaining()) {
      leftover = ByteBuffer.allocate(in.remaining()).put(in).flip();
      if (connection != null) {
        connection.reading(false);
      }
    }
    account();
  }

  /// Tells the memory account what the flow holds by now. Bytes on their way between two loops are
  /// charged by [SplitPart].
  private void account() {
    int now = 0;
    if (!over) {
      now = merger.keptBytes() + handed + (leftover == null ? 0 : leftover.capacity());
      for (int bytes : ready) {
        now += bytes;
      }
    }
    int more = now - charged;
    charged = now;
    if (more > 0) {
      home.node.memory.charge(more);
    } else {
      home.node.memory.release(-more);
    }
  }

  private void push(ByteBuffer in) {
    pushing = true;
    int part;
    while (in.hasRemaining() && (part = spreader.choose()) >= 0) {
      hand(part, spreader.chunk(in, part));
    }
    pushing = false;
  }

  private void hand(int part, byte[] chunk) {
    handed += chunk.length;
    parts[part].write(chunk);
  }

  /// The circuit of a part has taken bytes.
  final void onTaken(int part, int bytes) {
    if (over) {
      return;
    }
    handed -= bytes;
    spreader.taken(part, bytes);
    if (!pushing) {
      pushLeftover();
      account();
    }
  }

  private void pushLeftover() {
    ByteBuffer rest = leftover;
    if (rest == null) {
      return;
    }
    push(rest);
    if (rest.hasRemaining()) {
      return;
    }
    leftover = null;
    if (inputFinished) {
      finishParts();
    } else if (connection != null) {
      connection.reading(true);
    }
  }

  @Override
  public final void onReadComplete() {
    home.flush();
  }

  @Override
  public final void onInputFinished() {
    inputFinished = true;
    if (!over && leftover == null) {
      finishParts();
      account();
    }
    home.flush();
  }

  private void finishParts() {
    pushing = true;
    int part = spreader.chooseForEnd();
    hand(part, spreader.end(part));
    pushing = false;
    for (SplitPart each : parts) {
      each.finish();
    }
  }

  @Override
  public final void onClosed(@Nullable String cause) {
    connection = null;
    if (!over && !(cause == null && inputFinished && outputFinished)) {
      end(cause == null ? Reason.REQUESTED : Reason.CONNECTION_RESET);
    }
    home.flush();
  }

  // From the parts to the connection.

  /// A part has been connected at the exit.
  abstract void onPartConnected();

  /// Whether a part is one of this flow. One that was turned away when it came says nothing more.
  private boolean isMember(SplitPart part) {
    return !over && part.index < parts.length && parts[part.index] == part;
  }

  final void onPartData(SplitPart part, byte[] array, int offset, int length) {
    if (!isMember(part)) {
      return;
    }
    if (!mayBring()) {
      fail(Reason.PROTOCOL);
      return;
    }
    try {
      if (connection == null) {
        merger.onBytes(part.index, array, offset, length);
      } else {
        merger.onBytes(part.index, array, offset, length, this);
      }
    } catch (WireException e) {
      fail(Reason.PROTOCOL);
      return;
    }
    handedOn();
  }

  /// Whether parts may bring bytes by now.
  abstract boolean mayBring();

  final void onPartFinished(SplitPart part) {
    if (isMember(part)) {
      merger.onPartFinished(part.index);
      merge();
    }
  }

  private void merge() {
    if (connection == null || over) {
      return;
    }
    try {
      merger.drain(this);
    } catch (WireException e) {
      fail(Reason.PROTOCOL);
      return;
    }
    handedOn();
  }

  private void handedOn() {
    Connection live = connection;
    if (live != null && !over) {
      settle(live);
      flushLater();
    }
    account();
  }

  @Override
  public final void onBytes(int part, byte[] array, int offset, int length) {
    ready[part] += length;
    if (connection != null) {
      connection.write(array, offset, length);
    }
  }

  @Override
  public final void onFraming(int part, int bytes) {
    ready[part] += bytes;
  }

  @Override
  public final void onEnd() {
    outputFinished = true;
    if (connection != null) {
      connection.finish();
    }
  }

  /// Lets the far end send more as far as the connection has taken what it sent.
  private void settle(Connection live) {
    boolean moved = false;
    if (live.writable()) {
      for (int i = 0; i < parts.length; i++) {
        int bytes = ready[i];
        if (bytes > 0) {
          ready[i] = 0;
          parts[i].consumed(bytes);
          moved = true;
        }
      }
    }
    if (live.writable() && merger.heldBytes() == 0) {
      stalledSince = Long.MAX_VALUE;
    } else if (moved || stalledSince == Long.MAX_VALUE) {
      stalledSince = home.now();
    }
  }

  @Override
  public final void onWritable() {
    if (connection != null && !over) {
      settle(connection);
      account();
    }
    home.flush();
  }

  /// A part was lost for good, or reset by the far end.
  final void onPartReset(SplitPart part, Reason reason) {
    if (isMember(part)) {
      fail(reason);
    }
  }

  final void onPartEnded(SplitPart part) {
    if (!isMember(part) || ++ended < parts.length) {
      return;
    }
    if (!merger.isDone()) {
      fail(Reason.PROTOCOL);
      return;
    }
    Connection live = connection;
    end(Reason.DONE);
    if (live != null) {
      live.close();
    }
  }

  /// Ends the flow with an error, on both sides.
  final void fail(Reason reason) {
    if (over) {
      return;
    }
    Connection live = connection;
    end(reason);
    if (live != null) {
      live.abort();
    }
    onFailed(reason);
  }

  /// The flow failed, after its end. Whoever waits for a first answer is told.
  void onFailed(Reason reason) {}

  private void end(Reason reason) {
    over = true;
    leftover = null;
    account();
    for (SplitPart part : parts) {
      if (part != null) {
        part.end(reason);
      }
    }
    onOver();
  }

  /// The flow is over, in whatever way. Called once.
  abstract void onOver();

  private void flushLater() {
    if (!flushAsked) {
      flushAsked = true;
      home.flushLater(this);
    }
  }

  @Override
  public final void flushNow() {
    flushAsked = false;
    if (connection != null) {
      connection.flush();
    }
  }

  /// The parts that are there.
  final List<SplitPart> present() {
    return java.util.Arrays.stream(parts).filter(java.util.Objects::nonNull).toList();
  }
}
