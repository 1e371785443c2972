package org.wormholes.rules.expr;

/// UTF-8 that is checked, and read, without making anything of it (Unicode 16, table 3-7).
public final class Utf8 {
  private Utf8() {}

  public static boolean isWellFormed(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int length = length(bytes, at, to);
      if (length == 0) {
        return false;
      }
      at += length;
    }
    return true;
  }

  /// The length of the character that starts here, or 0 where none does.
  private static int length(byte[] bytes, int at, int to) {
    int first = bytes[at] & 0xff;
    if (first < 0x80) {
      return 1;
    }
    int length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || at + length > to) {
      return 0;
    }
    int second = bytes[at + 1] & 0xff;
    boolean fits =
        switch (first) {
          case 0xe0 -> second >= 0xa0;
          case 0xed -> second < 0xa0;
          case 0xf0 -> second >= 0x90;
          case 0xf4 -> second < 0x90;
          default -> true;
        };
    for (int i = 1; i < length; i++) {
      fits &= (bytes[at + i] & 0xc0) == 0x80;
    }
    return fits ? length : 0;
  }

  /// Reads well-formed bytes into `out`, which has room for as many; how many UTF-16 units it was.
  public static int decode(byte[] bytes, int from, int to, char[] out) {
    int units = 0;
    int at = from;
    while (at < to) {
      int first = bytes[at];
      int length = first >= 0 ? 1 : length(bytes, at, to);
      int point = length == 1 ? first : first & 0xff >>> (length + 1);
      for (int i = 1; i < length; i++) {
        point = point << 6 | (bytes[at + i] & 0x3f);
      }
      units += Character.toChars(point, out, units);
      at += length;
    }
    return units;
  }

  /// How many UTF-16 units well-formed bytes become.
  static int units(byte[] bytes, int from, int to) {
    int units = 0;
    for (int i = from; i < to; i++) {
      int first = bytes[i] & 0xff;
      units += first >= 0xf0 ? 2 : (first & 0xc0) == 0x80 ? 0 : 1;
    }
    return units;
  }
}
