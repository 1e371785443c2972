package org.wormholes.transport.tor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever stands in a tor's place says ends in replies or a [TorException].
class ControlFuzzTest {
  private static final int INPUTS = 50_000;
  private static final List<String> SEEDS =
      List.of(
          "250-AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"/run/a\\\"b\"\r\n250 OK\r\n",
          "250 AUTHCHALLENGE SERVERHASH=" + "AB".repeat(32) + " SERVERNONCE=00\r\n",
          "250+circuit-status=\r\n1 BUILT $AB~x\r\n..\r\n.\r\n250 OK\r\n515 Bad\r\n",
          "650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=45 SUMMARY=\"a\\040\\n\"\r\n",
          "250-net/listeners/socks=\"127.0.0.1:9050\" \"unix:/x\"\r\n250 OK\r\n");

  @FuzzTest
  void readsAnything(byte[] data) {
    read(data);
  }

  @Test
  void readsMutatedReplies() {
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = mutate(new Random(i));
      try {
        read(input);
      } catch (RuntimeException bug) {
        throw new AssertionError("seed " + i + ": " + new String(input, ISO_8859_1), bug);
      }
    }
  }

  private static void read(byte[] data) {
    ReplyReader reader = new ReplyReader();
    ByteBuffer in = ByteBuffer.wrap(data);
    try {
      while (true) {
        Optional<ControlReply> reply = reader.take(in);
        if (reply.isEmpty()) {
          assertThat(in.hasRemaining()).isFalse();
          return;
        }
        understand(reply.get());
      }
    } catch (TorException broken) {
      assertThat(broken.getMessage()).matches("[\\x20-\\x7e]*");
    }
  }

  private static void understand(ControlReply reply) {
    assertThat(reply.code()).isBetween(200, 699);
    assertThat(reply.refusal("test").getMessage()).matches("[\\x20-\\x7e]*");
    var _ = reply.value("net/listeners/socks");
    for (ControlReply.Line line : reply.lines()) {
      var _ = Words.of(line.text());
      Words.named(line.text()).values().forEach(Words::unquoted);
    }
  }

  private static byte[] mutate(Random random) {
    byte[] input = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(ISO_8859_1).clone();
    for (int i = random.nextInt(6); i > 0; i--) {
      int at = random.nextInt(input.length);
      input[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) " =\"\\\r\n.-+".charAt(random.nextInt(9));
    }
    return input;
  }
}
