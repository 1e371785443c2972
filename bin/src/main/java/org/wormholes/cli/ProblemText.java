package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.dsl.Problem;

/// Problems of a script as a person reads them.
final class ProblemText {
  private ProblemText() {}

  /// The compiler's own rendering; colours mark the kind and the caret.
  static List<String> of(Problem problem, Paint paint) {
    List<String> lines = new ArrayList<>(problem.render().lines().toList());
    String first = lines.getFirst();
    lines.set(0, problem.isError() ? paint.red(first) : paint.yellow(first));
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.matches(" *\\| *\\^~*")) {
        lines.set(i, paint.bold(line));
      }
    }
    return lines;
  }

  /// `2 errors, 1 warning`.
  static String count(List<Problem> problems) {
    long errors = problems.stream().filter(Problem::isError).count();
    long warnings = problems.size() - errors;
    if (warnings == 0) {
      return Units.count(errors, "error");
    }
    String count = Units.count(warnings, "warning");
    return errors == 0 ? count : Units.count(errors, "error") + ", " + count;
  }
}
