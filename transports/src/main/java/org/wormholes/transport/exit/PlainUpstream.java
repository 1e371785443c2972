package org.wormholes.transport.exit;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.transport.names.Framing;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.socket.UdpSocket;

/// DNS as it always was: a datagram, from a port of its own for each question (RFC 5452 section
/// 9.2), and a connection where the answer did not fit.
final class PlainUpstream {
  private static final Duration PATIENCE = Duration.ofMillis(1500);

  private final Sockets sockets;
  private final InetSocketAddress server;

  PlainUpstream(Sockets sockets, InetSocketAddress server) {
    this.sockets = sockets;
    this.server = server;
  }

  /// Over UDP.
  Upstream datagrams() {
    return (loop, question) -> new Datagram(loop, question).send();
  }

  /// Over TCP.
  Upstream connections() {
    return (loop, question) ->
        sockets.connect(loop, server, PATIENCE, new OverConnection(loop, question));
  }

  private final class Datagram implements Outside.DatagramListener {
    private final Upstream.Question question;
    private final UdpSocket socket;
    private final Loop.Cancellable timeout;
    private boolean over;

    Datagram(NettyLoop loop, Upstream.Question question) {
      this.question = question;
      this.socket =
          UdpSocket.open(sockets, loop, new InetSocketAddress(0), this, new CompletableFuture<>());
      this.timeout = loop.schedule(PATIENCE, this::fail);
    }

    void send() {
      byte[] bytes = question.bytes();
      socket.send(server, bytes, 0, bytes.length);
      socket.flush();
    }

    @Override
    public void onDatagram(InetSocketAddress from, ByteBuffer data) {
      if (over || !from.equals(server)) {
        return;
      }
      byte[] response = new byte[data.remaining()];
      data.get(response);
      if (question.isAnswer(response)) {
        end();
      }
    }

    private void fail() {
      if (!over) {
        end();
        question.onFailed();
      }
    }

    private void end() {
      over = true;
      timeout.cancel();
      socket.close();
    }
  }

  /// One question on one connection (RFC 1035 section 4.2.2).
  private static final class OverConnection implements DialListener, ConnectionHandler {
    private final NettyLoop loop;
    private final Upstream.Question question;
    private final Framing framing = new Framing();
    private @Nullable Connection connection;
    private Loop.@Nullable Cancellable timeout;
    private boolean over;

    OverConnection(NettyLoop loop, Upstream.Question question) {
      this.loop = loop;
      this.question = question;
    }

    @Override
    public void onConnected(Connection opened) {
      connection = opened;
      timeout = loop.schedule(PATIENCE, () -> end(false));
      opened.handler(this);
      byte[] framed = Framing.framed(question.bytes());
      opened.write(framed, 0, framed.length);
      opened.flush();
      opened.reading(true);
    }

    @Override
    public void onFailed(DialFailure failure) {
      end(false);
    }

    @Override
    public void onRead(ByteBuffer in) {
      if (!framing.read(in, message -> end(question.isAnswer(message)))) {
        end(false);
      }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onInputFinished() {
      end(false);
    }

    @Override
    public void onClosed(@Nullable String cause) {
      end(false);
    }

    private void end(boolean answered) {
      if (over) {
        return;
      }
      over = true;
      if (timeout != null) {
        timeout.cancel();
      }
      if (connection != null) {
        connection.abort();
      }
      if (!answered) {
        question.onFailed();
      }
    }
  }
}
