package org.wormholes.rules.expr;

import java.util.List;

/// Reads a pattern to see that it is in the syntax of [Regex], and counts its states. It keeps
/// nothing, so that looking at a hostile pattern costs no memory.
final class RegexSyntax {
  /// The pattern is not one of ours.
  static final class Unsuitable extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Regex.Fault fault;

    Unsuitable(int at, String message) {
      super(message, null, false, false);
      this.fault = new Regex.Fault(at, message);
    }

    Regex.Fault fault() {
      return fault;
    }
  }

  private static final int MAX_NESTING = 32;
  private static final int MAX_REPETITION = 1000;
  private static final List<String> NAMED_CLASSES =
      List.of(
          "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
          "space", "upper", "word", "xdigit");

  private final String source;
  private int at;
  private int nesting;

  RegexSyntax(String source) {
    this.source = source;
  }

  /// The number of states, at most [Regex#MAX_STATES].
  int states() throws Unsuitable {
    if (source.length() > Regex.MAX_SOURCE) {
      throw new Unsuitable(
          Regex.MAX_SOURCE,
          "a pattern must have at most %d characters".formatted(Regex.MAX_SOURCE));
    }
    int states = alternatives();
    if (at < source.length()) {
      throw fault("this `)` closes nothing");
    }
    return states;
  }

  private int alternatives() throws Unsuitable {
    int states = sequence();
    while (at < source.length() && source.charAt(at) == '|') {
      at++;
      states = bounded(states + 1L + sequence());
    }
    return states;
  }

  private int sequence() throws Unsuitable {
    int states = 1;
    while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
      int start = at;
      boolean repeatable = isRepeatable();
      int atom = atom();
      states = bounded(states + repeated(atom, repeatable, start));
    }
    return states;
  }

  /// Anchors stand for no character, repeating them means nothing.
  private boolean isRepeatable() {
    char c = source.charAt(at);
    if (c == '\\' && at + 1 < source.length()) {
      return "AzbB".indexOf(source.charAt(at + 1)) < 0;
    }
    return c != '^' && c != '$';
  }

  private int atom() throws Unsuitable {
    char c = source.charAt(at);
    switch (c) {
      case '(' -> {
        return group();
      }
      case '[' -> charClass();
      case '\\' -> escape("dDwWsSbBAz");
      case '*', '+', '?', '{' ->
          throw fault("this `%c` repeats nothing; write `\\%c` for the sign".formatted(c, c));
      default -> literal();
    }
    return 1;
  }

  private int group() throws Unsuitable {
    int start = at++;
    if (at < source.length() && source.charAt(at) == '?') {
      if (!source.startsWith("?:", at)) {
        boolean looks =
            source.startsWith("?=", at)
                || source.startsWith("?!", at)
                || source.startsWith("?<=", at)
                || source.startsWith("?<!", at);
        throw fault(
            looks
                ? "look-ahead and look-behind cannot be matched in bounded time"
                : "only `(...)` and `(?:...)` are groups here");
      }
      at += 2;
    }
    if (++nesting > MAX_NESTING) {
      throw fault("groups must be at most %d deep".formatted(MAX_NESTING));
    }
    int states = alternatives();
    nesting--;
    if (at >= source.length()) {
      throw new Unsuitable(start, "this `(` is not closed");
    }
    at++;
    return bounded(states + 2L);
  }

  private long repeated(int atom, boolean repeatable, int start) throws Unsuitable {
    if (at >= source.length()) {
      return atom;
    }
    long states;
    int sign = at;
    switch (source.charAt(at)) {
      case '*', '?', '+' -> {
        at++;
        states = atom + 1L;
      }
      case '{' -> states = counted(atom);
      default -> {
        return atom;
      }
    }
    if (!repeatable) {
      throw new Unsuitable(start, "an anchor cannot be repeated");
    }
    if (at < source.length() && source.charAt(at) == '?') {
      at++;
    }
    if (at < source.length() && "*+?{".indexOf(source.charAt(at)) >= 0) {
      throw new Unsuitable(sign, "only one repetition may follow another with a group around it");
    }
    return states;
  }

  private long counted(int atom) throws Unsuitable {
    int start = at++;
    int least = count(start);
    int most = least;
    boolean open = false;
    if (at < source.length() && source.charAt(at) == ',') {
      at++;
      open = at < source.length() && source.charAt(at) == '}';
      most = open ? least : count(start);
    }
    if (at >= source.length() || source.charAt(at) != '}' || most < least) {
      throw new Unsuitable(start, "a repetition is `{n}`, `{n,}` or `{n,m}` with n at most m");
    }
    at++;
    return (long) atom * (open ? most + 1 : Math.max(1, most)) + most - least + 1;
  }

  private int count(int start) throws Unsuitable {
    int value = 0;
    int from = at;
    while (at < source.length() && at - from < 5 && isDigit(source.charAt(at))) {
      value = value * 10 + source.charAt(at++) - '0';
    }
    if (at == from || value > MAX_REPETITION) {
      throw new Unsuitable(
          start,
          "a repetition counts from 0 to %d; write `\\{` for the sign".formatted(MAX_REPETITION));
    }
    return value;
  }

  private void charClass() throws Unsuitable {
    int start = at++;
    if (at < source.length() && source.charAt(at) == '^') {
      at++;
    }
    int first = at;
    while (at < source.length() && (source.charAt(at) != ']')) {
      classItem(first);
    }
    if (at >= source.length()) {
      throw new Unsuitable(start, "this `[` is not closed");
    }
    if (at == first) {
      throw new Unsuitable(start, "a class must not be empty; write `\\]` for the sign");
    }
    at++;
  }

  private void classItem(int first) throws Unsuitable {
    int start = at;
    if (source.startsWith("[:", at)) {
      namedClass();
      return;
    }
    int low = classCharacter(first);
    boolean range =
        at + 1 < source.length() && source.charAt(at) == '-' && source.charAt(at + 1) != ']';
    if (!range) {
      return;
    }
    at++;
    if (source.startsWith("[:", at)) {
      throw fault("a range in a class goes from one character to another");
    }
    int high = classCharacter(first);
    if (low < 0 || high < 0 || low > high) {
      throw new Unsuitable(start, "a range in a class goes from one character to a later one");
    }
  }

  /// The character, or -1 for a whole class such as `\d`.
  private int classCharacter(int first) throws Unsuitable {
    char c = source.charAt(at);
    if (c == '\\') {
      return escape("dDwWsS");
    }
    if (c == '[' || source.startsWith("&&", at)) {
      throw fault(
          "classes cannot be nested or intersected; write `\\%c` for the sign".formatted(c));
    }
    if (c == '-' && at != first && at + 1 < source.length() && source.charAt(at + 1) != ']') {
      throw fault("write `\\-` for the sign");
    }
    literal();
    return c;
  }

  private void namedClass() throws Unsuitable {
    int end = source.indexOf(":]", at + 2);
    int from = source.startsWith("[:^", at) ? at + 3 : at + 2;
    for (String name : NAMED_CLASSES) {
      if (end - from == name.length() && source.startsWith(name, from)) {
        at = end + 2;
        return;
      }
    }
    throw fault("there is no such named class");
  }

  private void literal() throws Unsuitable {
    if (Character.isSurrogate(source.charAt(at))) {
      throw fault("characters beyond U+FFFF cannot stand in a pattern");
    }
    at++;
  }

  /// Reads an escape; the character it stands for, or -1 where it stands for a class or anchor.
  private int escape(String special) throws Unsuitable {
    if (at + 1 >= source.length()) {
      throw fault("a `\\` must be followed by something");
    }
    char c = source.charAt(at + 1);
    if (special.indexOf(c) >= 0) {
      at += 2;
      return -1;
    }
    int control = "tnrfv".indexOf(c);
    if (control >= 0) {
      at += 2;
      return "\t\n\r\f\u000b".charAt(control);
    }
    if (c == 'x') {
      return hexEscape();
    }
    if (isDigit(c) || c == 'k') {
      throw fault("references back to a group cannot be matched in bounded time");
    }
    if (c >= 128 || Character.isLetter(c)) {
      throw fault("`\\%c` means nothing here".formatted(c));
    }
    at += 2;
    return c;
  }

  private int hexEscape() throws Unsuitable {
    int high = at + 3 < source.length() ? hex(source.charAt(at + 2)) : -1;
    int low = high < 0 ? -1 : hex(source.charAt(at + 3));
    if (low < 0) {
      throw fault("`\\x` must be followed by two hexadecimal digits");
    }
    at += 4;
    return high << 4 | low;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private int bounded(long states) throws Unsuitable {
    if (states > Regex.MAX_STATES) {
      throw fault("a pattern must have at most %d states".formatted(Regex.MAX_STATES));
    }
    return (int) states;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private Unsuitable fault(String message) {
    return new Unsuitable(Math.min(at, source.length()), message);
  }
}
