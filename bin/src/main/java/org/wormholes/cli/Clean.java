package org.wormholes.cli;

/// Text that others wrote (scripts, descriptors, error messages), made harmless for a terminal.
final class Clean {
  private Clean() {}

  /// One line of at most `limit` characters, without control characters.
  static String line(String text, int limit) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .map(c -> isUnsafe(c) ? (c == '\n' || c == '\t' ? ' ' : '\uFFFD') : c)
        .limit(limit + 1L)
        .forEach(line::appendCodePoint);
    if (line.codePointCount(0, line.length()) > limit) {
      line.setLength(line.offsetByCodePoints(0, limit - 1));
      line.append('…');
    }
    return line.toString();
  }

  private static boolean isUnsafe(int codePoint) {
    return Character.isISOControl(codePoint)
        || Character.getType(codePoint) == Character.FORMAT
        || Character.getType(codePoint) == Character.SURROGATE
        || Character.getType(codePoint) == Character.LINE_SEPARATOR
        || Character.getType(codePoint) == Character.PARAGRAPH_SEPARATOR;
  }
}
