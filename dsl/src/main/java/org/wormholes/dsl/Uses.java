package org.wormholes.dsl;

import java.util.List;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

/// Where a compilation finds the rulesets that `use` names. Whoever answers sees to it that no
/// ruleset uses itself in the end.
public interface Uses {
  /// None at all.
  Uses NONE = name -> new Answer.Missing("", "install its gem with `wormholes ruleset install`");

  Answer find(String name);

  /// The names there are, for suggestions; may be empty.
  default List<String> names() {
    return List.of();
  }

  /// What came of looking for a ruleset.
  sealed interface Answer {
    /// It is there, compiled.
    record Found(Ruleset ruleset, SourceMap sources) implements Answer {}

    /// It can't be had.
    ///
    /// @param reason why not; empty where there just is none of that name
    /// @param hint what to do, or empty
    record Missing(String reason, String hint) implements Answer {}
  }
}
