package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;
import org.wormholes.rules.Ruleset;

/// Bytes chosen by coverage: reading them ends in rules or in the one declared exception, and what
/// reads has one spelling.
class RuleBytesFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRulesOrAreRefused(byte[] data) {
    byte[] noSources = new byte[16];
    noSources[0] = Kinds.SOURCES;
    noSources[8] = Kinds.LIST;
    decode(data);
    for (int format = Formats.FIRST; format <= Formats.NEWEST; format++) {
      decode(Envelope.wrap(format, data, noSources, null))
          .ifPresent(read -> assertThat(RuleCodec.canonicalBytes(read)).isEqualTo(data));
    }
  }

  private static Optional<Ruleset> decode(byte[] file) {
    try {
      return Optional.of(RuleCodec.decode(file, (_, _, _) -> true).ruleset());
    } catch (RuleFormatException e) {
      assertThat(e).hasMessageContaining("rule file");
      return Optional.empty();
    }
  }
}
