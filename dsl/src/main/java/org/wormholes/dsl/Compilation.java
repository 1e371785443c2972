package org.wormholes.dsl;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

/// What came of compiling a file: a ruleset where there is no error, where its rules stand, and all
/// problems in the order of the text.
///
/// @param needsFullRuby whether the static tier met Ruby that only [Tier#FULL] can run
public record Compilation(
    Optional<Ruleset> ruleset, SourceMap sourceMap, List<Problem> problems, boolean needsFullRuby) {
  public Compilation {
    problems = List.copyOf(problems);
  }

  public boolean succeeded() {
    return ruleset.isPresent();
  }

  /// All problems as a person reads them, with an empty line between; empty where there are none.
  public String render() {
    return problems.stream().map(Problem::render).collect(Collectors.joining("\n\n"));
  }
}
