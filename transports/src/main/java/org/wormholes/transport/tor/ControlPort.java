package org.wormholes.transport.tor;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.Sockets;

/// One connection to a tor's control port. Commands go out and replies come back in the same order,
/// events between them. All of it happens on one loop.
final class ControlPort implements ConnectionHandler {
  /// A tor answers at once, unless it is stuck.
  static final Duration PATIENCE = Duration.ofSeconds(15);

  static final int MAX_PENDING = 256;

  private static final int MAX_COMMAND = 16 * 1024;

  private final Connection connection;
  private final ReplyReader reader = new ReplyReader();
  private final Consumer<ControlReply> events;
  private final Consumer<String> ended;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private @Nullable String over;

  private record Pending(CompletableFuture<ControlReply> answer, Loop.Cancellable timer) {}

  private ControlPort(
      Connection connection, Consumer<ControlReply> events, Consumer<String> ended) {
    this.connection = connection;
    this.events = events;
    this.ended = ended;
  }

  /// Connects; nothing is said yet.
  ///
  /// @param events hears of each, on `loop`
  /// @param ended hears once, on `loop`, why a connection that was open is not any more
  static CompletableFuture<ControlPort> open(
      Sockets sockets,
      Loop loop,
      InetSocketAddress address,
      Consumer<ControlReply> events,
      Consumer<String> ended) {
    CompletableFuture<ControlPort> opened = new CompletableFuture<>();
    sockets.connect(
        loop,
        address,
        PATIENCE,
        new DialListener() {
          @Override
          public void onConnected(Connection connection) {
            ControlPort port = new ControlPort(connection, events, ended);
            connection.handler(port);
            connection.reading(true);
            opened.complete(port);
          }

          @Override
          public void onFailed(DialFailure failure) {
            opened.completeExceptionally(
                new TorException("tor's control port does not answer at this address"));
          }
        });
    return opened;
  }

  /// Sends one command line; on the loop.
  ///
  /// @return fails with a [TorException] where there is no answer; a refusal is an answer
  CompletableFuture<ControlReply> ask(String command) {
    CompletableFuture<ControlReply> answer = new CompletableFuture<>();
    byte[] bytes = (command + "\r\n").getBytes(StandardCharsets.UTF_8);
    if (over != null) {
      answer.completeExceptionally(new TorException(over));
    } else if (pending.size() >= MAX_PENDING) {
      answer.completeExceptionally(new TorException("too many questions to tor at once"));
    } else if (bytes.length > MAX_COMMAND || command.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException("a command is one line of at most " + MAX_COMMAND);
    } else {
      Loop.Cancellable timer =
          connection.loop().schedule(PATIENCE, () -> end("tor's control port does not answer"));
      pending.add(new Pending(answer, timer));
      connection.write(bytes, 0, bytes.length);
      connection.flush();
    }
    return answer;
  }

  void close() {
    end("the control connection was closed");
  }

  private void end(String why) {
    if (over != null) {
      return;
    }
    over = why;
    connection.abort();
    for (Pending each : pending) {
      each.timer().cancel();
      each.answer().completeExceptionally(new TorException(why));
    }
    pending.clear();
    ended.accept(why);
  }

  @Override
  public void onRead(ByteBuffer in) {
    try {
      while (over == null && in.hasRemaining()) {
        reader.take(in).ifPresent(this::heard);
      }
    } catch (TorException broken) {
      end(String.valueOf(broken.getMessage()));
    }
    in.position(in.limit());
  }

  private void heard(ControlReply reply) {
    if (reply.isEvent()) {
      events.accept(reply);
      return;
    }
    Pending first = pending.poll();
    if (first == null) {
      end("what answers is no control port of tor: a reply to nothing");
    } else {
      first.timer().cancel();
      first.answer().complete(reply);
    }
  }

  @Override
  public void onReadComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onInputFinished() {
    end("tor has closed its control port");
  }

  @Override
  public void onClosed(@Nullable String cause) {
    end("tor has closed its control port");
  }
}
