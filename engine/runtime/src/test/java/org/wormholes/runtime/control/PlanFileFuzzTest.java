package org.wormholes.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFormatException;

class PlanFileFuzzTest {
  private static final Instant MADE = Instant.parse("2026-01-05T10:00:00Z");

  private static PlanFile plan() throws RuleFormatException {
    byte[] envelope = RuleCodec.encode(Samples.ruleset(3), Samples.SOURCES);
    return PlanFile.of(PlanFile.NOTHING, MADE, "/home/ann/web.rb", envelope);
  }

  @Test
  void whatIsSavedIsReadBack() throws RuleFormatException, PlanFormatException {
    PlanFile read = PlanFile.decode(plan().encode());

    assertThat(read.running()).isEqualTo("none");
    assertThat(read.made()).isEqualTo(MADE);
    assertThat(read.source()).isEqualTo("/home/ann/web.rb");
    assertThat(read.rules().ruleset()).isEqualTo(Samples.ruleset(3));
    assertThat(read.envelope()).isEqualTo(plan().envelope());
  }

  @Test
  void damageIsFoundWhereverItIs() throws RuleFormatException {
    byte[] good = plan().encode();
    Random random = new Random(33);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      if (random.nextBoolean()) {
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      } else {
        bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      }
      byte[] input = bad;
      assertThatThrownBy(() -> PlanFile.decode(input))
          .as("seed 33, input %d", i)
          .isInstanceOf(PlanFormatException.class);
    }
  }

  /// Whoever mends the hash gets no further than a plan or a refusal.
  @Test
  void editedPlansWithARightHashAreReadOrRefused() throws RuleFormatException {
    byte[] good = plan().encode();
    int body = indexOf(good, '\n') + 1;
    Random random = new Random(34);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] edited = Arrays.copyOfRange(good, body, good.length);
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        edited[random.nextInt(edited.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(PlanFile.decode(mended(edited)).rules()).isNotNull();
      } catch (PlanFormatException e) {
        assertThat(e.getMessage()).as("seed 34, input %d", i).isNotBlank();
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(15_000);
  }

  @Test
  void saysWhatIsWrong() {
    assertRefused("ruleset \"web\" do", "does not begin as a plan does");
    assertRefused("wormholes-plan 2 0 00\n", "its version is not known");
    assertRefused("wormholes-plan 1 0 00", "it has no first line");
    assertRefused("wormholes-plan 1 0 00\n", "damaged");
    assertRefused("", "does not begin as a plan does");
    assertThatThrownBy(() -> PlanFile.decode(new byte[PlanFile.MAX_BYTES + 1]))
        .hasMessageContaining("longer than");
  }

  private static void assertRefused(String text, String why) {
    assertThatThrownBy(() -> PlanFile.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(PlanFormatException.class)
        .hasMessageContaining(why);
  }

  private static int indexOf(byte[] bytes, char wanted) {
    int i = 0;
    while (bytes[i] != wanted) {
      i++;
    }
    return i;
  }

  private static byte[] mended(byte[] body) {
    try {
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
      byte[] header =
          "wormholes-plan 1 %d %s\n"
              .formatted(body.length, hash)
              .getBytes(StandardCharsets.US_ASCII);
      byte[] all = Arrays.copyOf(header, header.length + body.length);
      System.arraycopy(body, 0, all, header.length, body.length);
      return all;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
