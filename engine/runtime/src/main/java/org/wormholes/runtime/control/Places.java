package org.wormholes.runtime.control;

import java.util.Optional;
import org.wormholes.rules.Position;
import org.wormholes.rules.SourceMap;

/// Finds where rules were written.
public final class Places {
  private Places() {}

  /// The place of the rule, or of the nearest rule around it.
  public static Optional<Place> of(SourceMap sources, String rulePath) {
    return rulePath.isEmpty() ? Optional.empty() : sources.position(rulePath).map(Places::of);
  }

  private static Place of(Position position) {
    return new Place(position.file(), position.line(), position.column(), position.text().strip());
  }
}
