package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.RulesetGenerator;
import org.wormholes.rules.SourceMap;

/// What holds for the bytes of every ruleset.
class RuleCodecProperties {
  @Test
  void readsBackWhatItWrote() throws RuleFormatException {
    for (long seed = 0; seed < 1000; seed++) {
      RulesetGenerator generator = new RulesetGenerator(seed);
      Ruleset ruleset = generator.ruleset();
      SourceMap sources = generator.sources(ruleset);
      byte[] file = RuleCodec.encode(ruleset, sources);
      RuleFile read = RuleCodec.decode(file);
      assertThat(read.ruleset()).as("seed %d", seed).isEqualTo(ruleset);
      assertThat(read.sources()).as("seed %d", seed).isEqualTo(sources);
      assertThat(read.digest()).as("seed %d", seed).isEqualTo(RuleCodec.digest(ruleset));
      assertThat(RuleCodec.encode(read.ruleset(), read.sources()))
          .as("seed %d", seed)
          .isEqualTo(file);
    }
  }

  @Test
  void theDigestIsOfTheRulesAndNotOfTheirPlaces() {
    Ruleset ruleset = new RulesetGenerator(1).ruleset();
    byte[] here = RuleCodec.encode(ruleset, SourceMap.EMPTY);
    byte[] there = RuleCodec.encode(ruleset, new RulesetGenerator(1).sources(ruleset));
    assertThat(here).isNotEqualTo(there);
    assertThat(RuleCodec.digest(ruleset)).matches("wr1-[0-9a-f]{64}");
    assertThat(RuleCodec.digest(new RulesetGenerator(1).ruleset()))
        .isEqualTo(RuleCodec.digest(ruleset))
        .isNotEqualTo(RuleCodec.digest(new RulesetGenerator(2).ruleset()));
  }
}
