package org.wormholes.rulesets.gem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A YAML document as plain data: whatever types its tags claim, there are only texts, lists and
/// maps. What was not there is [Nothing].
sealed interface Yaml {
  /// Absent, or null.
  enum Nothing implements Yaml {
    NOTHING
  }

  record Text(String value) implements Yaml {}

  record Items(List<Yaml> values) implements Yaml {
    public Items {
      values = List.copyOf(values);
    }
  }

  record Fields(Map<String, Yaml> values) implements Yaml {}

  /// The field of that name, or nothing.
  default Yaml at(String name) {
    Yaml found = this instanceof Fields(Map<String, Yaml> values) ? values.get(name) : null;
    return found == null ? Nothing.NOTHING : found;
  }

  default boolean isNothing() {
    return this == Nothing.NOTHING;
  }

  /// The text here, if that is what is here.
  default Optional<String> text() {
    return this instanceof Text(String value) ? Optional.of(value) : Optional.empty();
  }

  /// The text here, empty for nothing.
  ///
  /// @throws GemRefusedException if there is something else
  default String text(String what) throws GemRefusedException {
    return switch (this) {
      case Text(String value) -> value;
      case Nothing _ -> "";
      case Items _, Fields _ -> throw new GemRefusedException(what + " must be text");
    };
  }

  /// The texts of a list, or the one text here; none for nothing.
  ///
  /// @throws GemRefusedException if there is something else
  default List<String> texts(String what) throws GemRefusedException {
    return switch (this) {
      case Nothing _ -> List.of();
      case Text(String value) -> List.of(value);
      case Items(List<Yaml> values) -> {
        List<String> texts = new ArrayList<>();
        for (Yaml each : values) {
          if (!(each instanceof Text(String value))) {
            throw new GemRefusedException(what + " must be a list of texts");
          }
          texts.add(value);
        }
        yield List.copyOf(texts);
      }
      case Fields _ -> throw new GemRefusedException(what + " must be a list of texts");
    };
  }

  /// The elements of a list; none for nothing.
  default List<Yaml> items(String what) throws GemRefusedException {
    return switch (this) {
      case Nothing _ -> List.of();
      case Items(List<Yaml> values) -> values;
      case Text _, Fields _ -> throw new GemRefusedException(what + " must be a list");
    };
  }

  /// The fields of a map, in the order they were written; none for nothing.
  default Map<String, Yaml> fields(String what) throws GemRefusedException {
    return switch (this) {
      case Nothing _ -> Map.of();
      case Fields(Map<String, Yaml> values) -> values;
      case Text _, Items _ -> throw new GemRefusedException(what + " must be a map");
    };
  }

  static Yaml of(@Nullable String text) {
    return text == null ? Nothing.NOTHING : new Text(text);
  }

  static Yaml of(List<String> texts) {
    return new Items(texts.stream().<Yaml>map(Text::new).toList());
  }

  static Yaml of(Map<String, Yaml> fields) {
    return new Fields(new LinkedHashMap<>(fields));
  }
}
