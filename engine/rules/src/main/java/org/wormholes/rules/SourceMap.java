package org.wormholes.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where in the script each rule stands, by [RulePath]. It travels beside the rules and is no part
/// of their digest.
///
/// @param positions in the order of their paths
public record SourceMap(Map<String, Position> positions) {
  public static final SourceMap EMPTY = new SourceMap(Map.of());

  /// The most positions.
  public static final int MAX_POSITIONS = 400_000;

  public SourceMap {
    Checks.within("the number of positions", positions.size(), 0, MAX_POSITIONS);
    positions =
        Collections.unmodifiableMap(
            new LinkedHashMap<>(isOrdered(positions) ? positions : new TreeMap<>(positions)));
  }

  /// Sorting many that are in order already is what takes longest in reading a rule file.
  private static boolean isOrdered(Map<String, Position> positions) {
    String before = "";
    for (String path : positions.keySet()) {
      if (path.compareTo(before) < 0) {
        return false;
      }
      before = path;
    }
    return true;
  }

  /// The position of the rule, or of the nearest rule around it.
  public Optional<Position> position(String rulePath) {
    String path = rulePath;
    while (true) {
      Position position = positions.get(path);
      int slash = path.lastIndexOf('/');
      if (position != null || slash < 0) {
        return Optional.ofNullable(position);
      }
      path = path.substring(0, slash);
    }
  }
}
