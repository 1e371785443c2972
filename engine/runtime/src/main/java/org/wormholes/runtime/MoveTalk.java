package org.wormholes.runtime;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.link.LinkMove;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.Loop;

/// One attempt to bring a link to a new connection: carries the messages of a [LinkMove]. Belongs
/// to the link's loop.
final class MoveTalk implements ConnectionHandler {
  /// An attempt that takes longer has failed.
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Shard shard;
  private final Connection connection;
  private final LinkMove move;
  private final Outcome outcome;
  private final Loop.Cancellable timer;
  private boolean over;

  /// Hears how it ended, once.
  interface Outcome {
    /// The peer has the link's keys and is ready.
    ///
    /// @param rest what came behind the last message
    void moved(Connection connection, long peerHeard, ByteBuffer rest);

    void failed();
  }

  MoveTalk(Shard shard, Connection connection, LinkMove move, Outcome outcome) {
    this.shard = shard;
    this.connection = connection;
    this.move = move;
    this.outcome = outcome;
    this.timer = shard.after(PATIENCE, this::fail);
    connection.handler(this);
  }

  /// Says the first message.
  void start() {
    move.start(connection::write);
    connection.flush();
    connection.reading(true);
  }

  /// Goes on with a first message that was heard already.
  void answer(byte[] first) {
    hear(ByteBuffer.wrap(first));
    if (!over) {
      connection.reading(true);
    }
  }

  private void hear(ByteBuffer in) {
    try {
      move.receive(in, connection::write);
    } catch (WireException e) {
      fail();
      return;
    }
    connection.flush();
    if (move.done()) {
      over = true;
      timer.cancel();
      outcome.moved(connection, move.peerHeard(), in);
    }
  }

  void fail() {
    if (!over) {
      over = true;
      timer.cancel();
      connection.handler(Deaf.INSTANCE);
      connection.abort();
      outcome.failed();
    }
  }

  @Override
  public void onRead(ByteBuffer in) {
    if (!over) {
      hear(in);
    }
    in.position(in.limit());
  }

  @Override
  public void onReadComplete() {
    shard.flush();
  }

  @Override
  public void onWritable() {}

  @Override
  public void onInputFinished() {
    fail();
    shard.flush();
  }

  @Override
  public void onClosed(@Nullable String cause) {
    fail();
    shard.flush();
  }
}
