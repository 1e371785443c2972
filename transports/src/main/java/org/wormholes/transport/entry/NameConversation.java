package org.wormholes.transport.entry;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.names.Framing;
import org.wormholes.transport.names.Query;
import org.wormholes.transport.socket.NettyLoop;

/// A connection to a DNS port: questions one after the other, answered as answers come (RFC 7766).
final class NameConversation implements ConnectionHandler {
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final int MAX_OPEN = 64;

  private final NameEntry entry;
  private final NettyLoop loop;
  private final Connection connection;
  private final Framing framing = new Framing();
  private Loop.@Nullable Cancellable idle;
  private int open;
  private boolean inputOver;
  private boolean over;

  private NameConversation(NameEntry entry, NettyLoop loop, Connection connection) {
    this.entry = entry;
    this.loop = loop;
    this.connection = connection;
  }

  static void take(NameEntry entry, NettyLoop loop, Connection connection) {
    NameConversation conversation = new NameConversation(entry, loop, connection);
    connection.handler(conversation);
    conversation.rest();
    connection.reading(true);
  }

  /// Waits for the next question, for a while.
  private void rest() {
    if (idle != null) {
      idle.cancel();
    }
    idle =
        loop.schedule(
            IDLE,
            () -> {
              if (open == 0) {
                connection.close();
              } else {
                rest();
              }
            });
  }

  @Override
  public void onRead(ByteBuffer in) {
    if (!framing.read(in, this::onMessage)) {
      connection.abort();
    }
  }

  private void onMessage(byte[] message) {
    Optional<Query> query = over ? Optional.empty() : Query.parse(message);
    if (query.isEmpty()) {
      connection.abort();
      return;
    }
    rest();
    open++;
    entry.answer(query.get(), Query.CONNECTION, loop, connection.remoteAddress(), this::reply);
    read();
  }

  private void reply(byte[] message) {
    open--;
    if (over) {
      return;
    }
    byte[] framed = Framing.framed(message);
    connection.write(framed, 0, framed.length);
    connection.flush();
    if (inputOver && open == 0) {
      connection.close();
    } else {
      read();
    }
  }

  /// Takes no more questions from who does not read the answers, or asks too many at once.
  private void read() {
    if (!over && !inputOver) {
      connection.reading(open < MAX_OPEN && connection.writable());
    }
  }

  @Override
  public void onReadComplete() {}

  @Override
  public void onWritable() {
    read();
  }

  @Override
  public void onInputFinished() {
    inputOver = true;
    if (open == 0) {
      connection.close();
    }
  }

  @Override
  public void onClosed(@Nullable String cause) {
    over = true;
    if (idle != null) {
      idle.cancel();
    }
  }
}
