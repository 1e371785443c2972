package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.StreamListener;

/// One part of a split flow: a stream on one of its circuits. It belongs to the loop of that
/// circuit, the flow to its own: what one says to the other is said in order, from loop to loop
/// where they differ.
final class SplitPart implements Carried, StreamListener {
  final int index;
  private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();

  /// Chunks that the stream had no room for.
  private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();

  private volatile Shard shard;
  private @Nullable StreamEnd stream;
  private @Nullable SplitBridge whole;
  private @Nullable FlowSet holder;
  private boolean heeding;
  private boolean pushing;
  private boolean finishing;
  private boolean over;

  /// At the client, where the stream is opened with the part as its listener.
  SplitPart(Shard shard, int index) {
    this.shard = shard;
    this.index = index;
  }

  /// At the exit.
  SplitPart(Shard shard, int index, StreamEnd stream) {
    this(shard, index);
    this.stream = stream;
  }

  void join(StreamEnd opened) {
    stream = opened;
  }

  /// The flow it is a part of. Before it has one, it hears nothing of its stream.
  void of(SplitBridge flow) {
    whole = flow;
  }

  @Override
  public Shard shard() {
    return shard;
  }

  @Override
  public StreamEnd stream() {
    StreamEnd joined = stream;
    if (joined == null) {
      throw new IllegalStateException("no stream yet");
    }
    return joined;
  }

  private SplitBridge whole() {
    SplitBridge known = whole;
    if (known == null) {
      throw new IllegalStateException("no flow yet");
    }
    return known;
  }

  @Override
  public void carriedBy(@Nullable FlowSet next) {
    if (holder != null) {
      holder.remove(this);
    }
    holder = next;
    if (next != null && !over) {
      next.add(this);
    }
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public long stalledSince() {
    return whole().stalledSince();
  }

  @Override
  public void moveTo(Shard next, Runnable done) {
    shard = next;
    next.run(() -> {
      done.run();
      heed();
    });
  }

  // From the flow, on any loop.

  void write(byte[] chunk) {
    tell(() -> {
      waiting.add(ByteBuffer.wrap(chunk));
      push();
    });
  }

  void finish() {
    tell(() -> {
      finishing = true;
      push();
    });
  }

  void consumed(int bytes) {
    tell(() -> stream().consumed(bytes));
  }

  void connected(int family) {
    tell(() -> stream().connected(family));
  }

  /// The flow is over. At the exit, a stream that is not connected is refused by this.
  void end(Reason reason) {
    tell(() -> {
      stream().reset(reason);
      over();
    });
  }

  private void tell(Runnable what) {
    inbox.add(what);
    Shard here = shard;
    if (here.loop.inLoop()) {
      heed();
    } else {
      here.tell(this::heed);
    }
  }

  private void heed() {
    Shard here = shard;
    if (!here.loop.inLoop()) {
      // It moved while this was under way.
      here.tell(this::heed);
      return;
    }
    if (heeding) {
      return;
    }
    heeding = true;
    Runnable next;
    while ((next = inbox.poll()) != null) {
      if (!over) {
        next.run();
      }
    }
    heeding = false;
  }

  private void push() {
    if (pushing) {
      return;
    }
    pushing = true;
    int taken = 0;
    ByteBuffer chunk;
    while ((chunk = waiting.peek()) != null) {
      taken += stream().offer(chunk, shard.now());
      if (chunk.hasRemaining()) {
        break;
      }
      waiting.remove();
    }
    pushing = false;
    if (holder != null) {
      holder.bytesIn += taken;
    }
    if (finishing && waiting.isEmpty()) {
      stream().finish();
    }
    if (taken > 0) {
      int bytes = taken;
      report(() -> whole().onTaken(index, bytes));
    }
  }

  // From the stream, on the loop of its circuit.

  private void report(Runnable what) {
    Shard home = whole().home;
    if (home.loop.inLoop()) {
      what.run();
    } else {
      home.tell(what);
    }
  }

  @Override
  public void onConnected(int family) {
    report(() -> whole().onPartConnected());
  }

  @Override
  public void onData(byte[] array, int offset, int length) {
    if (over) {
      return;
    }
    if (holder != null) {
      holder.bytesOut += length;
    }
    Shard home = whole().home;
    if (home.loop.inLoop()) {
      whole().onPartData(this, array, offset, length);
      return;
    }
    byte[] copy = new byte[length];
    System.arraycopy(array, offset, copy, 0, length);
    home.node.memory.charge(length);
    home.tell(() -> {
      home.node.memory.release(length);
      whole().onPartData(this, copy, 0, length);
    });
  }

  @Override
  public void onFinished() {
    report(() -> whole().onPartFinished(this));
  }

  @Override
  public void onWritable() {
    if (!over) {
      push();
    }
    shard.flush();
  }

  @Override
  public void onReset(Reason reason) {
    over();
    report(() -> whole().onPartReset(this, reason));
  }

  @Override
  public void onEnded() {
    over();
    report(() -> whole().onPartEnded(this));
  }

  @Override
  public void abandon(Reason reason) {
    if (!over) {
      stream().reset(reason);
      onReset(reason);
    }
  }

  private void over() {
    over = true;
    waiting.clear();
    carriedBy(null);
  }
}
