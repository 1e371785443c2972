package org.wormholes.transport.control;

import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.control.ControlHandler;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.socket.NettyLoop;
import org.wormholes.transport.socket.RateLimitedLog;
import org.wormholes.transport.socket.Sockets;

/// Serves the control API on a Unix socket of mode 0600 in a folder of mode 0700. Where the system
/// tells who is on the other side, everybody but the socket's owner and root is turned away.
///
/// Limits: 8 KiB of headers, [ControlHandler#MAX_BODY_BYTES] of body, 10 seconds for the headers,
/// 1,000 connections, 1 MiB for a reader of events that lags behind.
public final class ControlServer {
  /// The header of a `CONNECT` that names the tunnel, group or gateway to go through.
  public static final String THROUGH = "Wormholes-Through";

  static final int MAX_HEADER_BYTES = 8 * 1024;
  static final Duration HEADER_TIME = Duration.ofSeconds(10);
  static final int MAX_CONNECTIONS = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final NettyLoop loop;
  private final Sockets sockets;
  private final ControlHandler handler;
  private final Duration headerTime;
  private final int maxConnections;
  private final AtomicInteger connections = new AtomicInteger();
  private final RateLimitedLog log = new RateLimitedLog(LOG, 3, 9, System::nanoTime);

  private ControlServer(
      Sockets sockets, ControlHandler handler, Duration headerTime, int maxConnections) {
    this.sockets = sockets;
    this.loop = sockets.loops().getFirst();
    this.handler = handler;
    this.headerTime = headerTime;
    this.maxConnections = maxConnections;
  }

  /// Opens the socket at `path`, whose folder is made if there is none. A socket that nobody
  /// listens on any more is replaced. Fails with an `IOException` if one engine listens there
  /// already, or if others may write to the folder.
  public static CompletionStage<Listener> open(Sockets sockets, Path path, ControlHandler handler) {
    return open(sockets, path, handler, HEADER_TIME, MAX_CONNECTIONS);
  }

  static CompletionStage<Listener> open(
      Sockets sockets, Path path, ControlHandler handler, Duration headerTime, int maxConnections) {
    ControlServer server = new ControlServer(sockets, handler, headerTime, maxConnections);
    Path socket = path.toAbsolutePath();
    try {
      SocketFile.prepare(socket);
    } catch (IOException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return sockets
        .listen(server.loop, socket, (loop, channel) -> server.onArrival(channel, socket))
        .thenCompose(listener -> owned(listener, socket));
  }

  private static CompletionStage<Listener> owned(Listener listener, Path socket) {
    try {
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return CompletableFuture.completedFuture(new Removing(listener, socket));
    } catch (IOException | UnsupportedOperationException refused) {
      return listener
          .close()
          .thenCompose(closed ->
              CompletableFuture.failedFuture(
                  new IOException("could not protect the socket " + socket, refused)));
    }
  }

  private void onArrival(DuplexChannel channel, Path socket) {
    if (!PeerUser.isTrusted(channel, socket)) {
      log.note("connections of other users turned away", "control socket");
      channel.close();
      return;
    }
    if (connections.incrementAndGet() > maxConnections) {
      connections.decrementAndGet();
      log.note("connections closed, because there were too many", "control socket");
      channel.close();
      return;
    }
    channel.closeFuture().addListener(done -> connections.decrementAndGet());
    sockets.roomyReads(channel);
    ControlConnection connection = new ControlConnection(this, loop, channel);
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_HEADER_BYTES)
                    .setMaxHeaderSize(MAX_HEADER_BYTES)))
        .addLast(connection);
    connection.arrive();
  }

  Sockets sockets() {
    return sockets;
  }

  ControlHandler handler() {
    return handler;
  }

  Duration headerTime() {
    return headerTime;
  }

  /// Takes the socket's file with it.
  private record Removing(Listener listener, Path socket) implements Listener {
    @Override
    public String address() {
      return socket.toString();
    }

    @Override
    public CompletionStage<Void> close() {
      return listener
          .close()
          .thenRun(() -> {
            try {
              Files.deleteIfExists(socket);
            } catch (IOException left) {
              LOG.debug("could not remove {}", socket, left);
            }
          });
    }
  }
}
