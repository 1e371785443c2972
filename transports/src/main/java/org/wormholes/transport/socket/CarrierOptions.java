package org.wormholes.transport.socket;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What the operator of a node says about one carrier.
///
/// @param folder where the carrier may keep files between runs; without one it keeps nothing
/// @param values its options by name
public record CarrierOptions(Optional<Path> folder, Map<String, String> values) {
  public static final CarrierOptions NONE = new CarrierOptions(Optional.empty(), Map.of());

  public CarrierOptions {
    values = Map.copyOf(values);
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /// A file that is named, absolute or relative to where the program was started.
  public Optional<Path> path(String name) {
    return text(name).map(Path::of);
  }

  /// Checks that nothing else was said.
  ///
  /// @throws IllegalArgumentException naming what is not understood and what would be
  public void only(String carrier, Set<String> known) {
    for (String name : new TreeMap<>(values).keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "the carrier %s has no option %s, it has %s"
                .formatted(carrier, name, String.join(", ", known.stream().sorted().toList())));
      }
    }
  }
}
