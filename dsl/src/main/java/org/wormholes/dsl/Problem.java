package org.wormholes.dsl;

import java.util.Objects;
import org.wormholes.rules.Position;

/// Something wrong with a ruleset, told to its author: where, what, what was expected instead, and
/// what to do about it. `expected` and `hint` may be empty.
public record Problem(
    Severity severity, Position position, String message, String expected, String hint) {
  /// An error stops the compilation; a warning does not.
  public enum Severity {
    ERROR,
    WARNING
  }

  public Problem {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(hint, "hint");
  }

  static Problem error(Position position, String message) {
    return new Problem(Severity.ERROR, position, message, "", "");
  }

  static Problem warning(Position position, String message) {
    return new Problem(Severity.WARNING, position, message, "", "");
  }

  Problem expecting(String expectation) {
    return new Problem(severity, position, message, expectation, hint);
  }

  Problem hinting(String advice) {
    return new Problem(severity, position, message, expected, advice);
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /// The problem as a person reads it in a terminal: `file:line:column: message`, the line of the
  /// script with a caret under the place, what was expected, and a hint. Ends without a line break.
  public String render() {
    StringBuilder out = new StringBuilder();
    out.append(position.file()).append(':').append(position.line());
    out.append(':').append(position.column()).append(": ");
    out.append(isError() ? "" : "warning: ").append(message);
    if (!position.text().isBlank()) {
      excerpt(out);
    }
    if (!expected.isEmpty()) {
      out.append("\n  expected: ").append(expected);
    }
    if (!hint.isEmpty()) {
      out.append("\n  hint: ").append(hint);
    }
    return out.toString();
  }

  private void excerpt(StringBuilder out) {
    String number = Integer.toString(position.line());
    int[] line = position.text().codePoints().limit(200).map(Problem::visible).toArray();
    out.append("\n  ").append(number).append(" | ").append(new String(line, 0, line.length));
    out.append("\n  ").repeat(' ', number.length()).append(" | ");
    int start = Math.min(position.column() - 1, line.length);
    for (int i = 0; i < start; i++) {
      out.append(line[i] == '\t' ? '\t' : ' ');
    }
    out.append('^')
        .repeat('~', Math.clamp(position.length() - 1, 0, Math.max(0, line.length - start - 1)));
  }

  /// A script may hold anything; a terminal gets no control characters from it.
  private static int visible(int codePoint) {
    boolean unsafe =
        (Character.isISOControl(codePoint) && codePoint != '\t')
            || Character.getType(codePoint) == Character.FORMAT
            || Character.getType(codePoint) == Character.SURROGATE;
    return unsafe ? '\uFFFD' : codePoint;
  }
}
