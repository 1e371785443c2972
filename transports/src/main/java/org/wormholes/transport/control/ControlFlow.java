package org.wormholes.transport.control;

import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.FlowAcceptor.PendingFlow;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;

/// A stream that was asked for with `CONNECT`: when it opens, the connection is the stream's.
final class ControlFlow implements PendingFlow {
  private static final byte[] OPEN =
      "HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final NettyLoop loop;
  private final DuplexChannel channel;
  private final Sockets sockets;
  private final Outcome outcome;
  private @Nullable Runnable gone;
  private boolean answered;

  /// What the connection does with the answer.
  interface Outcome {
    /// Nothing more is read as HTTP.
    void leave();

    void refuse(HttpResponseStatus status, byte[] body);
  }

  ControlFlow(NettyLoop loop, DuplexChannel channel, Sockets sockets, Outcome outcome) {
    this.loop = loop;
    this.channel = channel;
    this.sockets = sockets;
    this.outcome = outcome;
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public Connection accept(ConnectionHandler handler) {
    answered = true;
    gone = null;
    outcome.leave();
    Connection connection = sockets.stream(loop, channel, null, false);
    connection.handler(handler);
    connection.write(OPEN, 0, OPEN.length);
    connection.flush();
    return connection;
  }

  /// Who asks waits to hear how it went.
  @Override
  public boolean mayTalkFirst() {
    return false;
  }

  @Override
  public void refuse(Refusal refusal) {
    refuse(refusal, refusal.name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }

  @Override
  public void refuse(Refusal refusal, String why) {
    if (answered) {
      return;
    }
    answered = true;
    gone = null;
    HttpResponseStatus status =
        switch (refusal) {
          case NOT_ALLOWED -> HttpResponseStatus.FORBIDDEN;
          case TIMED_OUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
          case NOT_SUPPORTED -> HttpResponseStatus.NOT_IMPLEMENTED;
          case GENERAL_FAILURE, NETWORK_UNREACHABLE, HOST_UNREACHABLE, CONNECTION_REFUSED ->
              HttpResponseStatus.BAD_GATEWAY;
        };
    String code = refusal.name().toLowerCase(Locale.ROOT).replace('_', '-');
    ControlApi.FailureDetail detail = new ControlApi.FailureDetail(code, why);
    String body = Json.compact(new ControlApi.Failure(detail, Optional.empty())) + "\n";
    outcome.refuse(status, body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void onGone(Runnable hears) {
    if (!answered) {
      gone = hears;
    }
  }

  /// Whoever asked has left.
  void left() {
    Runnable hears = gone;
    answered = true;
    gone = null;
    if (hears != null) {
      hears.run();
    }
  }
}
