package org.wormholes.rules;

import static java.util.Objects.requireNonNull;

/// A place in a script.
///
/// @param line from 1
/// @param column from 1, in characters
/// @param length of what is meant, in characters
/// @param text the whole source line, without its end
public record Position(String file, int line, int column, int length, String text) {
  public static final int MAX_FILE = 1024;
  public static final int MAX_LINE = 1024;

  public Position {
    requireNonNull(file, "file");
    Checks.within("the length of a file's name", file.length(), 0, MAX_FILE);
    Checks.within("a line", line, 1, Integer.MAX_VALUE);
    Checks.within("a column", column, 1, Integer.MAX_VALUE);
    Checks.within("a length", length, 0, Integer.MAX_VALUE);
    text = text.length() <= MAX_LINE ? text : text.substring(0, MAX_LINE);
  }

  /// `file:line:column`.
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
