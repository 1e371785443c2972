package org.wormholes.dsl;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Position;
import org.wormholes.rules.TrustAnchor;

/// A word's use with its values read: what the meaning of a word works with.
record Call(Word word, Invocation invocation, Map<String, Given> values) {
  /// A value and where it stands.
  record Given(Object value, Position position) {}

  Position position() {
    return invocation.position();
  }

  Position namePosition() {
    return invocation.namePosition();
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  <T> Optional<T> find(String name, Class<T> type) {
    return Optional.ofNullable(values.get(name)).map(given -> type.cast(given.value()));
  }

  String text(String name, String otherwise) {
    return find(name, String.class).orElse(otherwise);
  }

  int number(String name, int otherwise) {
    return find(name, Integer.class).orElse(otherwise);
  }

  boolean truth(String name, boolean otherwise) {
    return find(name, Boolean.class).orElse(otherwise);
  }

  List<String> texts(String name) {
    Given given = values.get(name);
    return given != null && given.value() instanceof List<?> list
        ? list.stream().map(String.class::cast).toList()
        : List.of();
  }

  List<TrustAnchor> anchors(String name) {
    Given given = values.get(name);
    return given != null && given.value() instanceof List<?> list
        ? list.stream().map(TrustAnchor.class::cast).toList()
        : List.of();
  }

  /// Where the value stands, or the whole use of the word when it was not given.
  Position positionOf(String name) {
    Given given = values.get(name);
    return given == null ? namePosition() : given.position();
  }

  Invocation.@Nullable Block block() {
    return invocation.block();
  }
}
