package org.wormholes.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The cases of JSONTestSuite: what must be read, what must be refused, and never a crash.
class PublishedJsonTest {
  /// Valid JSON that we refuse on purpose: names said twice.
  private static final List<String> DUPLICATES =
      List.of("y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json");

  record Case(String name, String expect, String base64) {
    byte[] bytes() {
      return Base64.getDecoder().decode(base64);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() throws IOException {
    try (BufferedReader lines = new BufferedReader(open("json-parsing.jsonl"))) {
      return lines.lines().toList().stream().map(PublishedJsonTest::read);
    }
  }

  private static Case read(String line) {
    try {
      Map<String, Object> fields = JSON.std.mapFrom(line);
      return new Case(
          String.valueOf(fields.get("name")),
          String.valueOf(fields.get("expect")),
          String.valueOf(fields.get("base64")));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static InputStreamReader open(String file) {
    InputStream in = PublishedJsonTest.class.getResourceAsStream("/vectors/published/text/" + file);
    assertThat(in).as(file).isNotNull();
    return new InputStreamReader(in, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isReadOrRefusedAsItMustBe(Case each) {
    boolean understood = understands(each.bytes());

    switch (each.expect()) {
      case "accept" -> assertThat(understood).isEqualTo(!isRefusedOnPurpose(each));
      case "reject" -> assertThat(understood).isFalse();
      default -> assertThat(each.expect()).isEqualTo("either");
    }
  }

  /// Besides names said twice: a bare `null`, which is no value of any message of ours.
  private static boolean isRefusedOnPurpose(Case each) {
    return DUPLICATES.contains(each.name()) || each.name().equals("y_structure_lonely_null.json");
  }

  private static boolean understands(byte[] input) {
    @Nullable String text = decoded(input);
    if (text == null) {
      return false;
    }
    try {
      Json.read(text);
      return true;
    } catch (JsonException e) {
      assertThat(e.getMessage()).hasSizeLessThan(400).doesNotContain("\n");
      return false;
    }
  }

  private static @Nullable String decoded(byte[] input) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(input)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  @Test
  void naughtyStringsComeBackAsTheyWere() throws IOException, JsonException {
    try (BufferedReader in = new BufferedReader(open("blns.base64.json"))) {
      for (Object each : JSON.std.listFrom(in)) {
        String text = new String(Base64.getDecoder().decode((String) each), StandardCharsets.UTF_8);

        Object back = Json.read(Json.compact(List.of(text)));

        assertThat(back).isEqualTo(List.of(text));
      }
    }
  }
}
