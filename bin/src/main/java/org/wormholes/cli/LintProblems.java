package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.dsl.Problem;
import org.wormholes.rules.Position;
import org.wormholes.rules.lint.Lint;
import org.wormholes.rules.lint.Lints;

/// What lints find, told like the compiler's own problems.
final class LintProblems {
  private LintProblems() {}

  /// The compiler's problems and the lints, in the order of the text. Where the compiler has warned
  /// of a rule already, its words stand.
  ///
  /// @param file as the person named it, for what has no place in it
  /// @param strict whether warnings are errors
  static List<Problem> of(ScriptOption.Read read, String file, boolean strict) {
    List<Problem> all = new ArrayList<>(read.problems());
    read.rules()
        .ifPresent(rules -> {
          for (Lint lint : Lints.of(rules.ruleset(), rules.sources())) {
            Problem problem = problem(lint, file);
            boolean told =
                read.problems().stream().anyMatch(it -> it.position().equals(problem.position()));
            if (!told) {
              all.add(problem);
            }
          }
        });
    all.sort((a, b) ->
        a.position().line() == b.position().line()
            ? Integer.compare(a.position().column(), b.position().column())
            : Integer.compare(a.position().line(), b.position().line()));
    return strict ? all.stream().map(LintProblems::asError).toList() : all;
  }

  private static Problem problem(Lint lint, String file) {
    return new Problem(
        Problem.Severity.WARNING,
        lint.position().orElseGet(() -> new Position(file, 1, 1, 0, "")),
        lint.message(),
        "",
        lint.hint());
  }

  private static Problem asError(Problem problem) {
    return new Problem(
        Problem.Severity.ERROR,
        problem.position(),
        problem.message(),
        problem.expected(),
        problem.hint());
  }
}
