package org.wormholes.rulesets.gem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Versions and ranges mean what they mean to RubyGems.
class VersionTest {
  @Test
  void versionsAreOrderedByTheirNumbers() {
    List<String> inOrder =
        List.of(
            "0",
            "0.9",
            "1.0.a",
            "1.0.a10",
            "1.0.b",
            "1.0",
            "1.0.1",
            "1.9",
            "1.10.pre",
            "1.10",
            "2.a",
            "2");

    for (int i = 0; i < inOrder.size(); i++) {
      for (int j = 0; j < inOrder.size(); j++) {
        assertThat(Integer.signum(version(inOrder.get(i)).compareTo(version(inOrder.get(j)))))
            .as(inOrder.get(i) + " and " + inOrder.get(j))
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }

  @Test
  void zerosAtTheEndSayNothing() {
    assertThat(version("1.0.0")).isEqualTo(version("1")).hasSameHashCodeAs(version("1"));
    assertThat(version("1.0.1")).isNotEqualTo(version("1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "~> 1.4 | 1.4 | true",
        "~> 1.4 | 1.99 | true",
        "~> 1.4 | 2.0 | false",
        "~> 1.4 | 1.3.9 | false",
        "~> 1.4.2 | 1.4.9 | true",
        "~> 1.4.2 | 1.5 | false",
        "~> 1 | 1.9 | true",
        "~> 1 | 2 | false",
        "1.2 | 1.2.0 | true",
        ">= 1, < 2 | 1.9 | true",
        ">= 1, < 2 | 2 | false",
        "!= 1.1 | 1.1 | false",
        "> 1 | 1.0.1 | true",
        "<= 1 | 1.0.1 | false"
      })
  void rangesTake(String range, String version, boolean taken) throws Exception {
    assertThat(VersionRange.read("it", range).takes(version(version))).isEqualTo(taken);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "~ 1", ">= x", "1,,2", "=> 1", "1 2"})
  void whatIsNoRangeIsTold(String text) {
    assertThatThrownBy(() -> VersionRange.read("it", text)).isInstanceOf(GemRefusedException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1..2", "1.", "-1", "1/2", "111111111111111111111111111111111"})
  void whatIsNoVersionIsTold(String text) {
    assertThat(GemVersion.isValid(text)).isFalse();
  }

  private static GemVersion version(String text) {
    return new GemVersion(text);
  }
}
