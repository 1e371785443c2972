package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.wormholes.dsl.Problem;
import org.wormholes.runtime.control.CheckReport;
import org.wormholes.runtime.control.CheckReport.Finding;

/// What `check` says of a script, for programs and for people.
///
/// @param rules where it has no errors
record ScriptCheck(CheckReport report, List<Problem> problems, Optional<ScriptOption.Rules> rules) {
  /// Adds lints to what the compiler says.
  ///
  /// @param file as the person named it
  /// @param strict whether warnings are errors
  static ScriptCheck of(ScriptOption.Read read, String file, boolean strict) {
    List<Problem> problems = LintProblems.of(read, file, strict);
    boolean sound = problems.stream().noneMatch(Problem::isError);
    Optional<ScriptOption.Rules> rules = sound ? read.rules() : Optional.empty();
    CheckReport report =
        new CheckReport(
            file,
            rules.isPresent(),
            rules.map(it -> it.ruleset().name()),
            rules.map(it -> it.ruleset().version()),
            rules.map(ScriptOption.Rules::digest),
            problems.stream().map(ScriptCheck::finding).toList());
    return new ScriptCheck(report, problems, rules);
  }

  static Finding finding(Problem problem) {
    return new Finding(
        problem.severity().name().toLowerCase(Locale.ROOT),
        problem.position().file(),
        problem.position().line(),
        problem.position().column(),
        problem.message(),
        problem.expected(),
        problem.hint());
  }

  List<String> text(Paint paint) {
    List<String> lines = new ArrayList<>();
    for (Problem each : problems) {
      lines.addAll(ProblemText.of(each, paint));
      lines.add("");
    }
    lines.add(report.sound() ? sound(paint) : failed(paint));
    return lines;
  }

  private String sound(Paint paint) {
    String digest = Units.brief(report.digest().orElseThrow());
    String summary =
        "%s: %s %s %s"
            .formatted(
                report.file(),
                report.name().orElseThrow(),
                report.version().orElseThrow(),
                paint.dim("(" + digest + ")"));
    String warnings = problems.isEmpty() ? "" : ", " + ProblemText.count(problems);
    return paint.green("ok") + "  " + summary + warnings;
  }

  private String failed(Paint paint) {
    return paint.red("not ok") + "  " + report.file() + ": " + ProblemText.count(problems);
  }
}
