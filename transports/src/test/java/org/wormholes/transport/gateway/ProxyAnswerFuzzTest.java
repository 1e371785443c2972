package org.wormholes.transport.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest.Credentials;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way.OpenListener;

/// Whatever an upstream proxy answers ends once, with a stream or a reason; however the answer is
/// cut into pieces, it ends the same way, and every byte behind it belongs to the stream.
class ProxyAnswerFuzzTest {
  private static final int INPUTS = 15_000;
  private static final int MAX_SAID = 1_024;
  private static final Credentials NOBODY = new Credentials("", "");
  private static final Credentials JOE = new Credentials("joe", "secret");
  private static final EntrySpec.Target NAMED = new EntrySpec.Target("host.test", 443);

  private static final List<String> SEEDS =
      List.of(
          "\5\0\5\0\0\1\12\0\0\1\1\u00bbstream",
          "\5\2\1\0\5\0\0\3\4abcd\0\120stream",
          "\5\0\5\0\0\4" + "\0".repeat(16) + "\0\120stream",
          "\5\0\5\5\0\1\0\0\0\0\0\0",
          "\5\u00ff",
          "HTTP/1.1 200 OK\r\n\r\nstream",
          "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.0 200\r\n\r\nstream",
          "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 9\r\n\r\nforbidden",
          "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nstream",
          "SSH-2.0-x\r\n\r\n");

  @FuzzTest
  void takesAnything(byte[] data) {
    if (data.length > 1) {
      play(data[0], Arrays.copyOfRange(data, 1, data.length));
    }
  }

  @Test
  void takesMutatedAnswers() {
    int open = 0;
    int refused = 0;
    for (int i = 0; i < INPUTS; i++) {
      Random random = new Random(i);
      byte[] input = mutate(random);
      try {
        Heard heard = play((byte) random.nextInt(4), input);
        open += heard.open;
        refused += heard.refused;
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("seed " + i + ": " + HexFormat.of().formatHex(input), failure);
      }
    }
    assertThat(open).isGreaterThan(INPUTS / 50);
    assertThat(refused).isGreaterThan(INPUTS / 4);
  }

  @Test
  void anAnswerWithoutEndIsGivenUp() {
    String head = "HTTP/1.1 200 OK\r\nX: " + "y".repeat(ProxyDialog.MAX_ANSWER);
    assertThat(play((byte) 2, head.getBytes(ISO_8859_1)).why)
        .isEqualTo("the proxy's answer is too long");
    String hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(ProxyDialog.MAX_ANSWER / 20);
    assertThat(play((byte) 2, hints.getBytes(ISO_8859_1)).why)
        .isEqualTo("the proxy's answer is too long");
  }

  @Test
  void whatComesBeforeTheAnswerIsNoAnswer() {
    byte[] late = SEEDS.get(6).getBytes(ISO_8859_1);
    Heard heard = play((byte) 2, late);
    assertThat(heard.open).isEqualTo(1);
    assertThat(heard.rest()).isEqualTo("stream");
  }

  private static byte[] mutate(Random random) {
    byte[] input = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(ISO_8859_1).clone();
    for (int i = random.nextInt(5); i > 0; i--) {
      int at = random.nextInt(input.length);
      switch (random.nextInt(4)) {
        case 0 -> input[at] = (byte) random.nextInt(256);
        case 1 -> input[at] = (byte) "\r\n \0\5\3".charAt(random.nextInt(6));
        case 2 -> input = Arrays.copyOf(input, Math.max(1, at));
        default -> System.arraycopy(input, 0, input, at, Math.min(input.length - at, 4));
      }
    }
    return input;
  }

  /// Plays an answer in one piece, and then byte by byte.
  private static Heard play(byte kind, byte[] answer) {
    Heard whole = heard(kind, answer, answer.length);
    Heard slow = heard(kind, answer, 1);
    assertThat(slow.toString()).isEqualTo(whole.toString());
    assertThat(whole.open + whole.refused).as("ends").isLessThanOrEqualTo(1);
    assertThat(whole.aborted).isEqualTo(whole.refused > 0);
    assertThat(whole.said.size()).isLessThan(MAX_SAID);
    assertThat(whole.why).matches("[\\x20-\\x7e]*");
    return whole;
  }

  private static Heard heard(byte kind, byte[] answer, int piece) {
    Heard heard = new Heard();
    Credentials who = (kind & 1) == 0 ? NOBODY : JOE;
    if ((kind & 2) == 0) {
      ProxyExchange.socks5(heard, NAMED, who, heard);
    } else {
      ProxyExchange.http(heard, NAMED, who, heard);
    }
    for (int at = 0; at < answer.length; at += piece) {
      heard.receive(ByteBuffer.wrap(answer, at, Math.min(piece, answer.length - at)));
    }
    return heard;
  }

  /// Both ends of an exchange: the connection to the proxy, and who waits for the stream.
  private static final class Heard implements Connection, Loop, OpenListener {
    final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private @Nullable ConnectionHandler handler;
    int open;
    int refused;
    boolean aborted;
    String why = "";

    void receive(ByteBuffer in) {
      if (open == 0 && refused == 0) {
        Objects.requireNonNull(handler).onRead(in);
        assertThat(in.hasRemaining()).as("left unread").isFalse();
      } else if (open > 0) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        rest.writeBytes(bytes);
      }
    }

    String rest() {
      return rest.toString(ISO_8859_1);
    }

    @Override
    public void onOpened(Connection connection) {
      open++;
    }

    @Override
    public void onRefused(Refusal refusal, String reason) {
      refused++;
      why = reason;
    }

    @Override
    public void write(byte[] array, int offset, int length) {
      assertThat(open + refused).as("speaks after the end").isZero();
      said.write(array, offset, length);
    }

    @Override
    public void unread(byte[] bytes, boolean inputFinished) {
      rest.writeBytes(bytes);
    }

    @Override
    public void abort() {
      aborted = true;
    }

    @Override
    public void handler(ConnectionHandler next) {
      handler = next;
    }

    @Override
    public Loop loop() {
      return this;
    }

    @Override
    public void flush() {}

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public long pendingBytes() {
      return 0;
    }

    @Override
    public void reading(boolean on) {}

    @Override
    public void finish() {}

    @Override
    public void close() {}

    @Override
    public String remoteAddress() {
      return "";
    }

    @Override
    public String localAddress() {
      return "";
    }

    @Override
    public void moveTo(Loop loop, Runnable done) {
      throw new IllegalStateException("an exchange stays where it is");
    }

    @Override
    public int index() {
      return 0;
    }

    @Override
    public boolean inLoop() {
      return true;
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
      return () -> {};
    }

    /// What came of it, in words.
    @Override
    public String toString() {
      return "%d open, %d refused (%s), said %s, rest %s"
          .formatted(
              open,
              refused,
              why,
              HexFormat.of().formatHex(said.toByteArray()),
              HexFormat.of().formatHex(rest.toByteArray()));
    }
  }
}
