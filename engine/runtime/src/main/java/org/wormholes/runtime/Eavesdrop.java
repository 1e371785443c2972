package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.sniff.FirstWords;
import org.wormholes.runtime.sniff.Names;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Loop;

/// A flow whose application has been told *yes* so that it begins to talk, and whose first bytes
/// are read before it is decided where they go. They go on untouched. An application that waits for
/// its server to speak first is not waited for long. A refusal by now can only be a reset.
final class Eavesdrop implements FlowAcceptor.PendingFlow, ConnectionHandler {
  /// How long an application may be silent before its flow goes on without a name.
  static final Duration PATIENCE = Duration.ofMillis(200);

  private final Shard shard;
  private final Consumer<Names> then;
  private final FirstWords words = new FirstWords();
  private @Nullable Connection application;
  private Loop.@Nullable Cancellable patience;
  private @Nullable Runnable gone;
  private boolean settled;
  private boolean inputFinished;
  private boolean closed;
  private @Nullable String cause;
  private int charged;

  private Eavesdrop(Shard shard, Consumer<Names> then) {
    this.shard = shard;
    this.then = then;
  }

  /// Accepts `asked` and listens. `then` is told what was said, once, unless the application leaves
  /// before; the flow it may answer by then is the one that is returned.
  static Eavesdrop on(Shard shard, FlowAcceptor.PendingFlow asked, Consumer<Names> then) {
    Eavesdrop flow = new Eavesdrop(shard, then);
    Connection connection = asked.accept(flow);
    flow.application = connection;
    connection.handler(flow);
    flow.patience = shard.after(PATIENCE, flow::settle);
    connection.reading(true);
    return flow;
  }

  @Override
  public void onRead(ByteBuffer in) {
    int length = in.remaining();
    boolean more = words.hear(in);
    charged += length;
    shard.node.memory.charge(length);
    if (!more) {
      settle();
    }
  }

  private void settle() {
    if (settled || closed) {
      return;
    }
    settled = true;
    stopWaiting();
    connection().reading(false);
    then.accept(words.names());
  }

  private void stopWaiting() {
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
  }

  private Connection connection() {
    Connection open = application;
    if (open == null) {
      throw new IllegalStateException("not accepted yet");
    }
    return open;
  }

  @Override
  public void onReadComplete() {
    shard.flush();
  }

  @Override
  public void onWritable() {}

  @Override
  public void onInputFinished() {
    inputFinished = true;
    settle();
    shard.flush();
  }

  @Override
  public void onClosed(@Nullable String why) {
    closed = true;
    cause = why;
    stopWaiting();
    release();
    Runnable hears = gone;
    gone = null;
    if (hears != null) {
      hears.run();
    }
    shard.flush();
  }

  private void release() {
    shard.node.memory.release(charged);
    charged = 0;
  }

  // The flow, once more pending.

  @Override
  public Loop loop() {
    return shard.loop;
  }

  @Override
  public Connection accept(ConnectionHandler handler) {
    Connection open = connection();
    gone = null;
    if (closed) {
      shard.run(() -> handler.onClosed(cause));
      return open;
    }
    open.handler(handler);
    open.unread(words.bytes(), inputFinished);
    release();
    return open;
  }

  @Override
  public void refuse(FlowAcceptor.Refusal refusal) {
    gone = null;
    if (!closed) {
      connection().abort();
    }
  }

  @Override
  public void onGone(Runnable hears) {
    if (closed) {
      hears.run();
    } else {
      gone = hears;
    }
  }
}
