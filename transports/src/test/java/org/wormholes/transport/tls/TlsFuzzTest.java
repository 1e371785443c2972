package org.wormholes.transport.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever a stranger says inside TLS ends in an answer, a link or nothing, and leaks no buffer.
class TlsFuzzTest {
  private static final int INPUTS = 5_000;
  private static final String SETTINGS_AND_HEADERS =
      "\0\0\0\4\0\0\0\0\0\0\0\7\1\5\0\0\0\1\u0082\u0084\u0086A\1a";
  private static final List<String> SEEDS =
      List.of(
          "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SETTINGS_AND_HEADERS,
          "\u0080\u0001\u0002\u0003 a key, as far as anybody can tell");

  @FuzzTest
  void takesAnything(byte[] data) {
    visit(data, data.length / 2);
    var _ = TlsAddress.parse(new String(data, ISO_8859_1));
  }

  @Test
  void takesMutatedRequests() {
    for (int i = 0; i < INPUTS; i++) {
      Random random = new Random(i);
      byte[] input = mutate(random);
      try {
        visit(input, random.nextInt(input.length));
      } catch (RuntimeException | AssertionError bug) {
        throw new AssertionError("seed " + i + ": " + new String(input, ISO_8859_1), bug);
      }
    }
  }

  @Test
  void staysUndecidedOnlyWhileItIsText() {
    assertThat(Guess.of(bytes("PRI * HT"))).isEqualTo(Guess.UNDECIDED);
    assertThat(Guess.of(bytes("GE"))).isEqualTo(Guess.UNDECIDED);
    assertThat(Guess.of(bytes("GET "))).isEqualTo(Guess.HTTP_1);
    assertThat(Guess.of(bytes("hello\n"))).isEqualTo(Guess.HTTP_1);
    assertThat(Guess.of(bytes("a".repeat(32)))).isEqualTo(Guess.HTTP_1);
    assertThat(Guess.of(bytes("a".repeat(31) + "\u00ff"))).isEqualTo(Guess.LINK);
    assertThat(Guess.of(bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))).isEqualTo(Guess.HTTP_2);
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1));
  }

  private static void visit(byte[] data, int cut) {
    EmbeddedChannel channel = new EmbeddedChannel(new FrontDoor(ByteBuf::release));
    List<ByteBuf> said = new ArrayList<>();
    for (byte[] part :
        List.of(Arrays.copyOfRange(data, 0, cut), Arrays.copyOfRange(data, cut, data.length))) {
      if (part.length > 0 && channel.isOpen()) {
        said.add(Unpooled.copiedBuffer(part));
        channel.writeInbound(said.getLast());
      }
    }
    channel.checkException();
    channel.finishAndReleaseAll();
    assertThat(said).allSatisfy(bytes -> assertThat(bytes.refCnt()).isZero());
  }

  private static byte[] mutate(Random random) {
    byte[] input = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(ISO_8859_1);
    for (int i = random.nextInt(6); i > 0; i--) {
      input[random.nextInt(input.length)] = (byte) random.nextInt(256);
    }
    return input;
  }
}
