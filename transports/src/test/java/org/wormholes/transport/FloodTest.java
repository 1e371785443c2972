package org.wormholes.transport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.wormholes.transport.entry.EntryLimits;

@Timeout(60)
class FloodTest extends ProxyTest {
  private static final int HALF_OPEN = 5000;
  private static final int GARBAGE = 3000;

  @Test
  void closesThousandsOfHalfOpenConnectionsInTimeAndServesOthersMeanwhile() throws Exception {
    open(EntryLimits.defaults().withHandshake(Duration.ofMillis(1500)));
    List<SocketChannel> flood = new ArrayList<>();
    try (Loopback echo = Loopback.echo()) {
      byte[][] starts = {
        {}, {5}, {5, 1}, {4, 1, 0}, {'G', 'E', 'T'}, {5, 1, 0, 5, 1, 0, 3, 20, 'x'}
      };
      long begin = System.nanoTime();
      for (int i = 0; i < HALF_OPEN; i++) {
        SocketChannel channel =
            SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(starts[i % starts.length]));
        flood.add(channel);
      }
      try (Socket good = dial()) {
        say(good, bytes(5, 1, 0));
        say(good, socks5Connect("echo.test", echo.port()));
        assertThat(hear(good, 12)).hasSize(12);
      }
      int closed = 0;
      for (SocketChannel channel : flood) {
        closed += isClosed(channel) ? 1 : 0;
      }
      assertThat(closed).isEqualTo(HALF_OPEN);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    } finally {
      for (SocketChannel channel : flood) {
        channel.close();
      }
    }
  }

  @Test
  void resetsWhatIsTooMuch() throws Exception {
    open(EntryLimits.defaults().withMaxHalfOpen(10));
    List<Socket> sockets = new ArrayList<>();
    int refused = 0;
    try {
      for (int i = 0; i < 30; i++) {
        Socket socket = dial();
        sockets.add(socket);
        socket.setSoTimeout(200);
        refused += isReset(socket) ? 1 : 0;
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertThat(refused).isEqualTo(20);
  }

  @Test
  void writesFewLinesAboutThousandsOfStrangers() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger("org.wormholes");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Level before = logger.getEffectiveLevel();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(lines);
    try {
      open();
      Random random = new Random(42);
      for (int i = 0; i < GARBAGE; i++) {
        try (Socket socket = dial()) {
          say(socket, garbage(i, random));
          socket.setSoTimeout(20_000);
          drain(socket);
        }
      }
      transport.close();
    } finally {
      logger.detachAppender(lines);
      logger.setAdditive(true);
      logger.setLevel(before);
    }
    assertThat(lines.list.size()).isBetween(3, 20);
    assertThat(lines.list)
        .allSatisfy(line -> assertThat(line.getFormattedMessage()).doesNotContain("127.0.0.1"));
    assertThat(lines.list)
        .anySatisfy(line -> assertThat(line.getFormattedMessage()).contains("TLS"))
        .anySatisfy(line -> assertThat(line.getFormattedMessage()).contains("SSH"));
  }

  private static byte[] garbage(int i, Random random) {
    byte[] noise = new byte[1 + random.nextInt(200)];
    random.nextBytes(noise);
    return switch (i % 8) {
      case 0 -> bytes(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3);
      case 1 -> "SSH-2.0-OpenSSH_9.2\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      case 2 -> "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      case 3 -> bytes(5, 1, 0, 6, 6, 6, 6);
      case 4 -> bytes(5, 1, 77);
      case 5 -> "QUIT NOW\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      default -> {
        // Neither SOCKS nor a letter: those may rightly wait for more.
        noise[0] = (byte) (0x80 | noise[0]);
        yield noise;
      }
    };
  }

  private static void drain(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (java.net.SocketException reset) {
      // That is an answer too.
      return;
    }
  }

  private static boolean isClosed(SocketChannel channel) {
    try {
      channel.socket().setSoTimeout(15_000);
      ByteBuffer buffer = ByteBuffer.allocate(64);
      while (channel.read(buffer) >= 0) {
        buffer.clear();
      }
      return true;
    } catch (IOException reset) {
      return true;
    }
  }

  private static boolean isReset(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }
}
