package org.wormholes.dsl;

/// Says why a value cannot be made; whoever knows the place turns it into a [Problem].
final class Mistake extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String expected;
  private final String hint;
  private boolean aboutName;

  Mistake(String message, String expected, String hint) {
    super(message, null, false, false);
    this.expected = expected;
    this.hint = hint;
  }

  static Mistake of(String message) {
    return new Mistake(message, "", "");
  }

  Mistake hinting(String advice) {
    Mistake mistake = new Mistake(message(), expected, advice);
    mistake.aboutName = aboutName;
    return mistake;
  }

  /// Says that the mistake lies in the name of the call, not in the whole of it.
  Mistake inName() {
    aboutName = true;
    return this;
  }

  boolean isAboutName() {
    return aboutName;
  }

  String message() {
    return String.valueOf(getMessage());
  }

  String expected() {
    return expected;
  }

  String hint() {
    return hint;
  }
}
