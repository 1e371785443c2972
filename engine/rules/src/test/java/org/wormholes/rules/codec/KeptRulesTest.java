package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Samples;

class KeptRulesTest {
  private final byte[] file = RuleCodec.encode(Samples.quietWeb(), Samples.quietWebSources());

  @Test
  void keptRulesAreReadAsAllOthers() throws Exception {
    assertThat(RuleCodec.decodeKept(file)).isEqualTo(RuleCodec.decode(file));
  }

  @Test
  void bytesThatAreNoRulesAreRefusedWithoutTheirHash() {
    assertThatThrownBy(() -> RuleCodec.decodeKept(new byte[200]))
        .isInstanceOf(RuleFormatException.class)
        .hasMessageContaining("not a rule file");
    assertThatThrownBy(() -> RuleCodec.decodeKept(Arrays.copyOf(file, file.length - 8)))
        .isInstanceOf(RuleFormatException.class)
        .hasMessageContaining("not as many as it says");
  }

  @Test
  void alteredBytesGiveRulesOrOneKindOfException() {
    SplittableRandom random = new SplittableRandom(7);
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] altered = file.clone();
      altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        RuleCodec.decodeKept(altered);
      } catch (RuleFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }
}
