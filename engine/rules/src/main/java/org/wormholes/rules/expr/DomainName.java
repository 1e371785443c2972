package org.wormholes.rules.expr;

/// The plain form of domain names.
final class DomainName {
  static final int MAX_LENGTH = 253;
  static final int MAX_LABEL = 63;

  private DomainName() {}

  /// Labels of 1 to 63 lower-case letters, digits, `-` and `_`, joined by dots, 253 at most in all.
  static boolean isPlain(String name) {
    int length = name.length();
    if (length == 0 || length > MAX_LENGTH) {
      return false;
    }
    int label = 0;
    for (int i = 0; i < length; i++) {
      char c = name.charAt(i);
      if (c == '.') {
        if (label == 0) {
          return false;
        }
        label = 0;
      } else if (!isPlain(c) || ++label > MAX_LABEL) {
        return false;
      }
    }
    return label > 0;
  }

  static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }

  /// Whether the last label is a decimal or hexadecimal number, as only addresses have.
  static boolean endsInNumber(String name) {
    int start = name.lastIndexOf('.') + 1;
    boolean hex = name.startsWith("0x", start);
    for (int i = hex ? start + 2 : start; i < name.length(); i++) {
      if (Character.digit(name.charAt(i), hex ? 16 : 10) < 0) {
        return false;
      }
    }
    return true;
  }
}
