package org.wormholes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.runtime.control.ControlHandler;
import org.wormholes.runtime.control.ControlReply;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.control.ControlServer;
import org.wormholes.transport.socket.NettyOptions;

@Timeout(60)
final class SocketCallerTest {
  @TempDir Path temp;

  @Test
  void carriesLongBodiesBothWays() throws IOException {
    ControlHandler echo =
        (method, target, body, reply) ->
            reply.respond(
                200,
                "text/plain",
                (method + target + body.length).repeat(50_000).getBytes(StandardCharsets.UTF_8));
    withServer(
        echo,
        caller -> {
          ControlSession.Answer answer = caller.call("POST", "/x", new byte[3_000_000]);

          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo("POST/x3000000".repeat(50_000));
        });
  }

  @Test
  void deliversAStreamLineByLine() throws IOException {
    ControlHandler lines =
        (method, target, body, reply) -> {
          ControlReply.ReplyStream stream = reply.stream("application/jsonl");
          stream.send("one\ntw".getBytes(StandardCharsets.UTF_8));
          stream.send("o\nthree ü\n".getBytes(StandardCharsets.UTF_8));
          stream.end();
        };
    withServer(
        lines,
        caller -> {
          List<String> heard = new ArrayList<>();
          caller.follow("/v1/events", () -> {}, heard::add);

          assertThat(heard).containsExactly("one", "two", "three ü");
        });
  }

  @Test
  void whateverAnswersEndsInAnAnswerOrAnIoException() throws IOException {
    String good = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    String chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    long seed = 0xca11;
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      byte[] bytes = (i % 2 == 0 ? good : chunked).getBytes(StandardCharsets.US_ASCII);
      if (i >= 2) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      String outcome = outcome(bytes, temp.resolve("s" + i));
      assertThat(outcome).as("seed %d, answer %d", seed, i).isNotEqualTo("mistake");
      if (i < 2) {
        assertThat(outcome).isEqualTo("200 hello");
      }
    }
  }

  @Test
  void saysThatNobodyListens() {
    assertThatThrownBy(() -> new SocketCaller(temp.resolve("none")).call("GET", "/", new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no engine answers: there is no socket ");
    assertThat(SocketCaller.isOpen(temp.resolve("none"))).isFalse();
  }

  private static String outcome(byte[] answer, Path socket) throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(() -> answerOnce(server, answer));
      ControlSession.Answer got = new SocketCaller(socket).call("GET", "/", new byte[0]);
      return got.status() + " " + got.body();
    } catch (IOException e) {
      return "refused";
    } catch (RuntimeException e) {
      return "mistake";
    }
  }

  private static void answerOnce(ServerSocketChannel server, byte[] answer) {
    try (SocketChannel channel = server.accept()) {
      channel.read(ByteBuffer.allocate(1_024));
      channel.write(ByteBuffer.wrap(answer));
    } catch (IOException e) {
      // The client has left already.
    }
  }

  /// What a test does with a caller.
  private interface Use {
    void with(SocketCaller caller) throws IOException;
  }

  private void withServer(ControlHandler handler, Use use) throws IOException {
    Path socket = temp.resolve("run").resolve("control.sock");
    try (NettyTransport transport = NettyTransport.open(NettyOptions.defaults().withLoops(1))) {
      Listener server =
          ControlServer.open(transport.sockets(), socket, handler).toCompletableFuture().join();
      use.with(new SocketCaller(socket));
      server.close().toCompletableFuture().join();
    }
  }
}
