package org.wormholes.rules.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

class WriteFactsTest {
  private static final String ANN = "a2".repeat(28);
  private static final String BOB = "b3".repeat(28);

  private static WriteFacts json(String text) {
    return WriteFacts.of("k", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsFieldsOfJson() {
    WriteFacts facts =
        json(
            " {\"title\":\"a\\u00e9\\ud83d\\ude00\", \"stars\":-4.5e0, \"by\":{\"name\":\"ann\",\"n\":null},"
                + " \"list\":[1,{},[]], \"no\":-0, \"huge\":1e999} ");

    assertThat(facts.yesNo(Fact.IS_JSON)).isTrue();
    assertThat(facts.text(Fact.TEXT_FIELD, "title")).isEqualTo("aé😀");
    assertThat(facts.text(Fact.TEXT_FIELD, "by.name")).isEqualTo("ann");
    assertThat(facts.text(Fact.TEXT_FIELD, "stars")).isEmpty();
    assertThat(facts.quantity(Fact.NUMBER_FIELD, "stars")).isEqualTo(-4.5);
    assertThat(facts.quantity(Fact.NUMBER_FIELD, "title")).isZero();
    assertThat(facts.quantity(Fact.NUMBER_FIELD, "huge")).isEqualTo(Double.MAX_VALUE);
    assertThat(Double.doubleToRawLongBits(facts.quantity(Fact.NUMBER_FIELD, "no"))).isZero();
    assertThat(facts.yesNo(Fact.HAS_FIELD, "by.n")).isTrue();
    assertThat(facts.yesNo(Fact.HAS_FIELD, "by.n.x")).isFalse();
    assertThat(facts.yesNo(Fact.HAS_FIELD, "list")).isTrue();
    assertThat(facts.yesNo(Fact.HAS_FIELD, "other")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":01}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":+1}",
        "{\"a\":NaN}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"a\":tru}",
        "{a:1}",
        "{\"a\" 1}",
        "{\"a\":1}}",
        "{}x",
        "{\"a\":[1 2]}",
        "\uFEFF{}",
      })
  void whatBreaksTheRulesOfJsonIsNone(String text) {
    assertThat(json(text).yesNo(Fact.IS_JSON)).isFalse();
    assertThat(json(text).yesNo(Fact.HAS_FIELD, "a")).isFalse();
  }

  @Test
  void deepJsonIsNone() {
    assertThat(json("{\"a\":".repeat(32) + "1" + "}".repeat(32)).yesNo(Fact.IS_JSON)).isTrue();
    assertThat(json("{\"a\":".repeat(33) + "1" + "}".repeat(33)).yesNo(Fact.IS_JSON)).isFalse();
    assertThat(json("{\"a\":" + "[".repeat(20_000)).yesNo(Fact.IS_JSON)).isFalse();
  }

  @Test
  void bytesThatAreNoTextHaveTheirOwnSize() {
    WriteFacts facts = WriteFacts.of("k", new byte[] {(byte) 0xff, 'a', (byte) 0xe2, (byte) 0x82});

    assertThat(facts.yesNo(Fact.IS_TEXT)).isFalse();
    assertThat(facts.yesNo(Fact.IS_JSON)).isFalse();
    assertThat(facts.text(Fact.VALUE)).isEqualTo("\uFFFDa\uFFFD");
    assertThat(facts.quantity(Fact.VALUE_SIZE)).isEqualTo(4);
  }

  @Test
  void theFirstWriteOfAKeyReplacesNothing() {
    WriteFacts facts = json("hello");

    assertThat(facts.yesNo(Fact.HAS_PREVIOUS)).isFalse();
    assertThat(facts.yesNo(Fact.IS_SIGNED)).isFalse();
    assertThat(facts.yesNo(Fact.IS_DELETE)).isFalse();
    assertThat(facts.yesNo(Fact.FRIEND_OF_OWNER)).isFalse();
    assertThat(facts.text(Fact.PREVIOUS)).isEmpty();
    assertThat(facts.text(Fact.PREVIOUS_AUTHOR)).isEmpty();
    assertThat(facts.quantity(Fact.AGE)).isEqualTo(FactSource.UNKNOWN_DURATION);
    assertThat(facts.quantity(Fact.WRITE_VERSION)).isEqualTo(1);
    assertThat(facts.quantity(Fact.WRITES, "hour")).isZero();
  }

  @Test
  void aWriteKnowsWhoMadeItAndWhatItReplaces() {
    WriteFacts facts =
        json("new")
            .by(ANN)
            .ownedBy(BOB)
            .replacing("old".getBytes(StandardCharsets.UTF_8), BOB, 60)
            .version(3)
            .at(1_800_000_000L, 3600)
            .friendOf(Set.of(BOB))
            .byMember()
            .role("moderator")
            .writes(Map.of("hour", 4))
            .deleting();

    assertThat(facts.text(Fact.PREVIOUS)).isEqualTo("old");
    assertThat(facts.text(Fact.PREVIOUS_AUTHOR)).isEqualTo(BOB);
    assertThat(facts.quantity(Fact.AGE)).isEqualTo(60);
    assertThat(facts.quantity(Fact.NOW)).isEqualTo(1_800_000_000L);
    assertThat(facts.quantity(Fact.LASTS)).isEqualTo(3600);
    assertThat(facts.quantity(Fact.WRITES, "hour")).isEqualTo(4);
    assertThat(facts.quantity(Fact.WRITES, "day")).isZero();
    assertThat(facts.text(Fact.ROLE)).isEqualTo("moderator");
    assertThat(facts.yesNo(Fact.IS_MEMBER)).isTrue();
    assertThat(facts.yesNo(Fact.IS_DELETE)).isTrue();
    assertThat(facts.yesNo(Fact.FRIEND_OF_OWNER)).isTrue();
    assertThat(facts.yesNo(Fact.FRIEND_OF, ANN)).as("of oneself").isTrue();
    assertThat(facts.yesNo(Fact.FRIEND_OF, "c4".repeat(28))).isFalse();
  }

  @Test
  void refusesValuesThatAreTooLarge() {
    assertThatThrownBy(() -> WriteFacts.of("k", new byte[Fact.MAX_VALUE + 1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
