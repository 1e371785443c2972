package org.wormholes.cli;

/// How text looks on the terminal at hand: colours or none, drawing characters or plain ones.
///
/// @param colours whether escape sequences for colours are understood
/// @param drawing whether characters beyond ASCII are
record Paint(boolean colours, boolean drawing) {
  static final Paint PLAIN = new Paint(false, false);

  String bold(String text) {
    return styled("1", text);
  }

  String dim(String text) {
    return styled("2", text);
  }

  String red(String text) {
    return styled("31", text);
  }

  String green(String text) {
    return styled("32", text);
  }

  String yellow(String text) {
    return styled("33", text);
  }

  String cyan(String text) {
    return styled("36", text);
  }

  String arrow() {
    return drawing ? "→" : "->";
  }

  /// The first of two where it can be shown.
  String drawn(String beautiful, String plain) {
    return drawing ? beautiful : plain;
  }

  private String styled(String code, String text) {
    return colours && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
