package org.wormholes.transport.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.control.ControlHandler;
import org.wormholes.runtime.control.ControlReply;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.NettyOptions.Polling;
import org.wormholes.transport.socket.Sockets;
import org.wormholes.transport.socket.Works;

@Timeout(20)
class ControlServerTest {
  @TempDir private Path folder;
  private Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final CompletableFuture<ControlReply.ReplyStream> stream = new CompletableFuture<>();

  @AfterEach
  void close() {
    sockets.close();
  }

  @ParameterizedTest
  @EnumSource(Polling.class)
  void answersRequestsOnAProtectedSocketAndCleansUp(Polling polling) throws Exception {
    Works.here(polling);
    sockets.close();
    sockets = Sockets.open(NettyOptions.defaults().withPolling(polling).withLoops(1));
    Path socket = folder.resolve("run/control.sock");
    Listener listener = open(socket);
    assertThat(permissions(socket)).isEqualTo("rw-------");
    assertThat(permissions(socket.resolveSibling("."))).isEqualTo("rwx------");
    try (SocketChannel channel = connect(socket)) {
      say(channel, "GET /v1/status?x=%20 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(hear(channel)).startsWith("HTTP/1.1 200 OK").endsWith("GET /v1/status?x=%20 0");
      say(
          channel,
          "POST /v1/plan HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
              + "POST /v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n0\r\n\r\n");
      assertThat(hear(channel)).endsWith("POST /v1/plan 5");
      assertThat(hear(channel)).endsWith("POST /v1/x 2");
      assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
    listener.close().toCompletableFuture().get(5, TimeUnit.SECONDS);
    assertThat(socket).doesNotExist();
  }

  @Test
  void replacesADeadSocketButNotALivingOne() throws Exception {
    Path socket = folder.resolve("control.sock");
    try (var dead = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    open(socket);
    assertThatThrownBy(() -> open(socket))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("an engine already listens on");
  }

  @Test
  void refusesAFolderThatOthersMayWriteAndFilesInTheWay() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> open(open.resolve("control.sock")))
        .hasMessageContaining("may be written by others");
    Path file = Files.createFile(folder.resolve("control.sock"));
    assertThatThrownBy(() -> open(file)).hasMessageContaining("something else");
    assertThat(file).exists();
  }

  @Test
  void boundsHeadersBodiesAndTime() throws Exception {
    Path socket = folder.resolve("control.sock");
    ControlServer.open(sockets, socket, this::handle, Duration.ofMillis(300), 1000)
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
    try (SocketChannel channel = connect(socket)) {
      say(channel, "GET / HTTP/1.1\r\nA: " + "a".repeat(9000) + "\r\n\r\n");
      assertThat(hear(channel)).startsWith("HTTP/1.1 400").contains("\"code\":\"bad-request\"");
    }
    try (SocketChannel channel = connect(socket)) {
      say(channel, "POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n");
      assertThat(hear(channel)).startsWith("HTTP/1.1 413").contains("\"code\":\"too-long\"");
    }
    try (SocketChannel channel = connect(socket)) {
      say(channel, "GET / HT");
      assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
    try (SocketChannel channel = connect(socket)) {
      say(channel, "\u0016\u0003\u0001 no http\r\n\r\n");
      assertThat(hear(channel)).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void answersEvenWhenTheHandlerFails() throws Exception {
    Path socket = folder.resolve("control.sock");
    open(socket);
    Logger logger = (Logger) LoggerFactory.getLogger(ControlConnection.class);
    logger.setLevel(Level.OFF);
    try (SocketChannel channel = connect(socket)) {
      say(channel, "GET /fail HTTP/1.1\r\n\r\n");
      assertThat(hear(channel)).startsWith("HTTP/1.1 500").contains("\"code\":\"internal\"");
    } finally {
      logger.setLevel(null);
    }
  }

  @Test
  void boundsConnections() throws Exception {
    Path socket = folder.resolve("control.sock");
    ControlServer.open(sockets, socket, this::handle, Duration.ofSeconds(10), 5)
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
    List<SocketChannel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        SocketChannel channel = connect(socket);
        channels.add(channel);
        say(channel, "GET / HTTP/1.1\r\n\r\n");
        hear(channel);
      }
      try (SocketChannel sixth = connect(socket)) {
        assertThat(sixth.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }
    } finally {
      for (SocketChannel channel : channels) {
        channel.close();
      }
    }
  }

  @Test
  void streamsEventsAndGoesOnAfterTheirEnd() throws Exception {
    Path socket = folder.resolve("control.sock");
    open(socket);
    try (SocketChannel channel = connect(socket)) {
      say(channel, "GET /events HTTP/1.1\r\n\r\n");
      ControlReply.ReplyStream events = stream.get(5, TimeUnit.SECONDS);
      assertThat(events.send("{\"n\":1}\n".getBytes(UTF_8))).isTrue();
      assertThat(events.send(new byte[0])).isTrue();
      assertThat(events.send("{\"n\":2}\n".getBytes(UTF_8))).isTrue();
      CompletableFuture<Void> closed = new CompletableFuture<>();
      events.onClosed(() -> closed.complete(null));
      assertThat(closed).isNotDone();
      events.end();
      assertThat(closed).isDone();
      String text = hearUntil(channel, "0\r\n\r\n");
      assertThat(text)
          .contains("transfer-encoding: chunked")
          .endsWith("\r\n8\r\n{\"n\":1}\n\r\n8\r\n{\"n\":2}\n\r\n0\r\n\r\n");
      say(channel, "GET /after HTTP/1.1\r\n\r\n");
      assertThat(hear(channel)).endsWith("GET /after 0");
    }
  }

  @Test
  void cutsAReaderOffThatLagsBehindOrLeaves() throws Exception {
    Path socket = folder.resolve("control.sock");
    open(socket);
    try (SocketChannel channel = connect(socket)) {
      say(channel, "GET /events HTTP/1.1\r\n\r\n");
      ControlReply.ReplyStream events = stream.get(5, TimeUnit.SECONDS);
      CompletableFuture<Void> closed = new CompletableFuture<>();
      events.onClosed(() -> closed.complete(null));
      byte[] piece = new byte[10_000];
      int sent = 0;
      while (events.send(piece) && sent < 10_000) {
        sent++;
      }
      // 1 MiB of our own and what the system keeps for the socket.
      assertThat(sent).isBetween(50, 1000);
      closed.get(5, TimeUnit.SECONDS);
      assertThat(events.send(piece)).isFalse();
    }
  }

  @Test
  void tellsTheStreamWhenItsReaderLeaves() throws Exception {
    Path socket = folder.resolve("control.sock");
    open(socket);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    try (SocketChannel channel = connect(socket)) {
      say(channel, "GET /events HTTP/1.1\r\n\r\n");
      stream.get(5, TimeUnit.SECONDS).onClosed(() -> closed.complete(null));
      hearUntil(channel, "\r\n\r\n");
    }
    closed.get(5, TimeUnit.SECONDS);
  }

  private void handle(String method, String target, byte[] body, ControlReply reply) {
    if (!Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("not on a virtual thread");
    }
    switch (target) {
      case "/fail" -> throw new IllegalStateException("meant to fail: /fail");
      case "/events" -> stream.complete(reply.stream("application/jsonl"));
      default ->
          reply.respond(
              200, "text/plain", (method + " " + target + " " + body.length).getBytes(UTF_8));
    }
  }

  private Listener open(Path socket) throws Exception {
    ControlHandler handler = this::handle;
    return ControlServer.open(sockets, socket, handler)
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path.normalize()));
  }

  private static SocketChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return channel;
  }

  private static void say(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// One message with a `content-length`.
  private static String hear(SocketChannel channel) throws IOException {
    String head = hearUntil(channel, "\r\n\r\n");
    int at = head.indexOf("content-length: ") + 16;
    int length = Integer.parseInt(head.substring(at, head.indexOf("\r", at)));
    ByteBuffer body = ByteBuffer.allocate(length);
    int got = 0;
    while (body.hasRemaining() && got >= 0) {
      got = channel.read(body);
    }
    return head + UTF_8.decode(body.flip());
  }

  private static String hearUntil(SocketChannel channel, String end) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (!text.toString(UTF_8).endsWith(end) && channel.read(one) >= 0) {
      text.write(one.array()[0]);
      one.clear();
    }
    return text.toString(UTF_8);
  }
}
