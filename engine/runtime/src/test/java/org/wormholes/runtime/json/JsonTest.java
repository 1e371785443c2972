package org.wormholes.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class JsonTest {
  enum Colour {
    DARK_RED,
    BLUE
  }

  record Part(String name, Optional<Duration> roundTrip) {}

  record Whole(
      int count,
      long bytesUp,
      boolean on,
      Colour colour,
      Instant at,
      Duration age,
      OptionalDouble score,
      List<Part> parts,
      Map<String, String> words) {}

  private static final Whole FULL =
      new Whole(
          3,
          1L << 40,
          true,
          Colour.DARK_RED,
          Instant.parse("2026-01-02T03:04:05Z"),
          Duration.ofNanos(1_234_567),
          OptionalDouble.of(2.5),
          List.of(
              new Part("a \"quoted\" é", Optional.of(Duration.ofMillis(20))),
              new Part("b", Optional.empty())),
          Map.of("z", "1", "a", "2"));

  @Test
  void writesARecordInOneFixedForm() {
    assertThat(Json.compact(FULL))
        .isEqualTo(
            "{\"count\":3,\"bytes_up\":1099511627776,\"on\":true,\"colour\":\"dark_red\","
                + "\"at\":\"2026-01-02T03:04:05Z\",\"age_ms\":1.234,\"score\":2.5,"
                + "\"parts\":[{\"name\":\"a \\\"quoted\\\" é\",\"round_trip_ms\":20},{\"name\":\"b\"}],"
                + "\"words\":{\"a\":\"2\",\"z\":\"1\"}}");
  }

  @Test
  void readsBackWhatItWrote() throws JsonException {
    Whole again = Json.read(Whole.class, Json.pretty(FULL));

    assertThat(Json.compact(again)).isEqualTo(Json.compact(FULL));
    assertThat(again.parts().getFirst().roundTrip()).contains(Duration.ofMillis(20));
    assertThat(again.age()).isEqualTo(Duration.ofNanos(1_234_000));
  }

  @Test
  void skipsKeysItDoesNotKnowAndTakesMissingListsAsEmpty() throws JsonException {
    Whole whole =
        Json.read(
            Whole.class,
            "{\"count\":1,\"bytes_up\":0,\"on\":false,\"colour\":\"blue\",\"later\":[1,{}],"
                + "\"at\":\"2026-01-02T03:04:05Z\",\"age_ms\":0}");

    assertThat(whole.parts()).isEmpty();
    assertThat(whole.words()).isEmpty();
    assertThat(whole.score()).isEmpty();
  }

  @Test
  void saysWhereAValueIsWrong() {
    assertThatThrownBy(() -> Json.read(Part.class, "{\"name\":7}"))
        .isInstanceOf(JsonException.class)
        .hasMessage("value.name must be string, was 7");
    assertThatThrownBy(() -> Json.read(Part.class, "{\"round_trip_ms\":7}"))
        .hasMessage("value.name is missing");
    assertThatThrownBy(() -> Json.read(Part.class, "{\"name\":\"a\",\"round_trip_ms\":1e300}"))
        .hasMessageStartingWith("value.round_trip_ms must be milliseconds");
  }

  @Test
  void refusesWhatIsNotJson() {
    for (String text :
        List.of("", "null", "{", "[1,]", "{\"a\":1,\"a\":2}", "\u0000", "[".repeat(1_000))) {
      assertThatThrownBy(() -> Json.read(Part.class, text))
          .as(text)
          .isInstanceOf(JsonException.class);
    }
  }
}
