package org.wormholes.transport.i2p;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever a router sends ends in a reply or a [SamException].
class SamFuzzTest {
  private static final int INPUTS = 50_000;
  private static final List<String> SEEDS =
      List.of(
          "HELLO REPLY RESULT=OK VERSION=3.1\n",
          "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unknown \\\"STYLE\\\"\"\n",
          "NAMING REPLY RESULT=OK NAME=ME VALUE=" + "A-~".repeat(180) + "=\n",
          "STREAM STATUS RESULT=OK\r\n",
          "DATAGRAM RECEIVED DESTINATION=" + "A-~".repeat(180) + " SIZE=7168\n",
          "A".repeat(516) + " FROM_PORT=0 TO_PORT=0\nrest");

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
    LineReader reader = new LineReader();
    ByteBuffer in = ByteBuffer.wrap(data);
    try {
      while (true) {
        Optional<String> line = reader.take(in);
        if (line.isEmpty()) {
          return;
        }
        understand(line.get());
      }
    } catch (SamException broken) {
      assertThat(broken.text()).matches("[\\x20-\\x7e]*");
    }
  }

  private static void understand(String line) {
    // What an accepted stream begins with is a destination, or it is none.
    int space = line.indexOf(' ');
    Optional<I2pName> peer = I2pName.ofDestination(space < 0 ? line : line.substring(0, space));
    assertThat(peer.stream().allMatch(I2pName::isHash)).isTrue();
    var _ = I2pName.destinationOfPrivate(line);
    var _ = I2pName.parse(line);
    try {
      SamReply reply = SamReply.parse(line);
      assertThat(reply.values().size()).isLessThanOrEqualTo(SamReply.MAX_PAIRS);
      assertThat(reply.failure("test").text()).matches("[\\x20-\\x7e]*");
      assertThat(reply.size()).isBetween(0, SamReply.MAX_BODY);
    } catch (SamException broken) {
      assertThat(broken.text()).matches("[\\x20-\\x7e]*");
    }
  }

  private static byte[] mutate(Random random) {
    byte[] input = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(ISO_8859_1).clone();
    for (int i = random.nextInt(6); i > 0; i--) {
      int at = random.nextInt(input.length);
      input[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) " =\"\\\n".charAt(random.nextInt(5));
    }
    return input;
  }
}
