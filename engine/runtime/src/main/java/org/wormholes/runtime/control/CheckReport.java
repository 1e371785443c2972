package org.wormholes.runtime.control;

import java.util.List;
import java.util.Optional;

/// What is to be said of a script.
///
/// @param file as it was named
/// @param sound whether it has no errors
/// @param name of the ruleset, where it is sound
/// @param version likewise
/// @param digest likewise
/// @param problems in the order of the text
public record CheckReport(
    String file,
    boolean sound,
    Optional<String> name,
    Optional<String> version,
    Optional<String> digest,
    List<Finding> problems) {
  public CheckReport {
    problems = List.copyOf(problems);
  }

  /// A problem.
  ///
  /// @param severity `error` or `warning`
  /// @param line from 1
  /// @param column from 1
  /// @param expected empty when nothing is to be said
  /// @param hint likewise
  public record Finding(
      String severity,
      String file,
      int line,
      int column,
      String message,
      String expected,
      String hint) {}
}
