package org.wormholes.transport.entry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.EntrySpec.Target;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.transport.socket.FakeStream;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.RateLimitedLog;
import org.wormholes.transport.socket.Sockets;

/// Random and mutated bytes against the whole pipeline of an entry: nothing escapes but answers,
/// and what reaches the engine is a host and a port.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class EntryFuzzTest {
  private static final int INPUTS = 30_000;
  private static final List<byte[]> SEEDS =
      List.of(
          raw("\5\1\0\5\1\0\3\11host.test\0\120early"),
          raw("\5\2\0\2\1\3joe\2pw\5\1\0\1\177\0\0\1\0\120"),
          raw("\5\1\0\5\1\0\4 \1\r\u00b8\0\0\0\0\0\0\0\0\0\0\0\1\1\u00bb"),
          raw("\5\1\0\5\2\0\1\177\0\0\1\0\120"),
          raw("\4\1\0\120\0\0\0\1me\0host.test\0early"),
          raw("\4\1\0\120\177\0\0\1\0"),
          raw(
              "CONNECT host.test:443 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic dTpw\r\n\r\n\26\3"),
          raw(
              "GET http://host.test:8080/a?b HTTP/1.1\r\nHost: x\r\nConnection: close, x-y\r\n\r\n"),
          raw(
              "POST http://h.test/ HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET http://i.test/ HTTP/1.0\r\n\r\n"),
          raw(
              "PUT http://h.test/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n"),
          raw("GET / HTTP/1.1\r\n\r\n"),
          raw("SSH-2.0-x\r\n"),
          raw("\26\3\1\2\0\1\0\1\u00fc\3\3"));

  private final Sockets sockets = Sockets.open(NettyOptions.defaults().withLoops(1));
  private final RateLimitedLog log =
      new RateLimitedLog(LoggerFactory.getLogger("fuzz"), 1, 1, () -> 0L);
  private final ListAppender<ILoggingEvent> errors = new ListAppender<>();
  private long asked;

  @BeforeAll
  void listen() {
    // Bugs in handlers and buffers that were never released show up as errors in the log.
    errors.start();
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(errors);
  }

  @AfterAll
  void close() {
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).detachAppender(errors);
    sockets.close();
  }

  private void checkErrors() {
    assertThat(errors.list)
        .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.ERROR))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEmpty();
  }

  @Test
  void releasesEveryBuffer() {
    ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    try {
      for (int i = 0; i < 2000; i++) {
        feed(mutate(INPUTS + i), i);
      }
      // Leaks are found when the collector has run and something new is allocated.
      for (int i = 0; i < 3; i++) {
        System.gc();
        feed(SEEDS.getFirst(), i);
      }
    } finally {
      ResourceLeakDetector.setLevel(before);
    }
    checkErrors();
  }

  @Test
  void survivesMutatedRequests() {
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = mutate(i);
      try {
        feed(input, i);
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "input " + i + ": " + java.util.HexFormat.of().formatHex(input), failure);
      }
    }
    // The mutations are not so wild that nothing gets through.
    assertThat(asked).isGreaterThan(INPUTS / 20);
    checkErrors();
  }

  @FuzzTest
  void survivesWhatTheFuzzerFinds(byte[] input) {
    feed(input, Arrays.hashCode(input));
  }

  private void feed(byte[] input, int seed) {
    Random random = new Random(seed);
    FakeStream stream = new FakeStream(sockets);
    try {
      Answering acceptor = new Answering(random);
      Door door = new Door(sockets, spec(random), acceptor, EntryLimits.defaults(), log);
      door.onArrival(stream.loop(), stream);
      int at = 0;
      while (at < input.length && stream.isOpen()) {
        int left = input.length - at;
        int step = random.nextInt(4) == 0 ? left : 1 + random.nextInt(left);
        stream.arrive(Arrays.copyOfRange(input, at, at + step));
        at += step;
      }
      if (random.nextBoolean()) {
        stream.endInput();
      }
      stream.checkNothingEscaped();
      asked += acceptor.asked;
    } finally {
      stream.dispose();
    }
  }

  private static EntrySpec spec(Random random) {
    EntrySpec.Kind kind = random.nextInt(8) == 0 ? EntrySpec.Kind.HTTP : EntrySpec.Kind.SOCKS;
    return new EntrySpec("fuzz", kind, "127.0.0.1", 0, false, Optional.empty());
  }

  private static byte[] mutate(int i) {
    Random random = new Random(i * 31L + 7);
    byte[] seed = SEEDS.get(random.nextInt(SEEDS.size()));
    if (random.nextInt(20) == 0) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      return noise;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(seed);
    if (random.nextInt(4) == 0) {
      out.writeBytes(SEEDS.get(random.nextInt(SEEDS.size())));
    }
    byte[] bytes = out.toByteArray();
    int changes = random.nextInt(4);
    for (int n = 0; n < changes && bytes.length > 0; n++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = repeat(bytes, at, random.nextInt(2000));
        default -> bytes[at] = raw("\0\u00ff\r\n :;,/@[]%").clone()[random.nextInt(13)];
      }
    }
    return bytes;
  }

  private static byte[] repeat(byte[] bytes, int at, int times) {
    byte[] longer = new byte[bytes.length + times];
    System.arraycopy(bytes, 0, longer, 0, at);
    Arrays.fill(longer, at, at + times, bytes[at]);
    System.arraycopy(bytes, at, longer, at + times, bytes.length - at);
    return longer;
  }

  private static byte[] raw(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /// Answers at once, with a flow that takes everything, with noise, or not at all.
  private static final class Answering implements FlowAcceptor {
    private static final List<Refusal> REFUSALS = List.of(Refusal.values());

    private final Random random;
    private int asked;

    Answering(Random random) {
      this.random = random;
    }

    @Override
    public void open(FlowRequest request, PendingFlow flow) {
      asked++;
      assertThat(HostPort.isHost(request.target().host())).isTrue();
      assertThat(request.target().port()).isBetween(1, 65_535);
      switch (random.nextInt(4)) {
        case 0 -> flow.refuse(REFUSALS.get(random.nextInt(REFUSALS.size())));
        case 1 -> flow.onGone(() -> {});
        default -> {
          Connection connection = flow.accept(new Swallow());
          connection.reading(true);
          byte[] answer =
              raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: x\r\n\r\nok");
          if (random.nextBoolean()) {
            answer[random.nextInt(answer.length)] = (byte) random.nextInt(256);
          }
          connection.write(answer, 0, answer.length);
          connection.flush();
        }
      }
    }

    @Override
    public DatagramHandler associate(FlowRequest request, DatagramPort port) {
      throw new IllegalStateException("this entry has no UDP");
    }
  }

  private static final class Swallow implements ConnectionHandler {
    @Override
    public void onRead(ByteBuffer in) {
      in.position(in.limit());
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onInputFinished() {}

    @Override
    public void onClosed(@Nullable String cause) {}
  }

  @Test
  void survivesMutatedDatagramHeaders() {
    Random random = new Random(5);
    byte[] seed = raw("\0\0\0\3\11host.test\0\120body");
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = seed.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      ByteBuffer data = ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1));
      Target target = new UdpHeaders().read(data);
      if (target != null) {
        assertThat(HostPort.isHost(target.host())).isTrue();
        assertThat(target.port()).isPositive();
        ByteBuf again = Unpooled.wrappedBuffer(new UdpHeaders().header(target));
        assertThat(new UdpHeaders().read(again.nioBuffer())).isEqualTo(target);
      }
    }
  }
}
