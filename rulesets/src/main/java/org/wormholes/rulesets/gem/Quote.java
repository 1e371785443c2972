package org.wormholes.rulesets.gem;

/// Words of strangers inside our messages: short, and without characters that a terminal obeys.
final class Quote {
  private static final int LONGEST = 80;

  private Quote() {}

  static String brief(String text) {
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    StringBuilder clean = new StringBuilder();
    cut.codePoints().forEach(c -> clean.appendCodePoint(isPlain(c) ? c : '?'));
    return clean.toString();
  }

  private static boolean isPlain(int c) {
    int type = Character.getType(c);
    return type != Character.CONTROL
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }
}
