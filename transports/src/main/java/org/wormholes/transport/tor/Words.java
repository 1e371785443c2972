package org.wormholes.transport.tor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Words of a line of the control protocol: quoted strings (control-spec, section 2.1.1) and
/// `NAME=value`.
final class Words {
  private Words() {}

  /// The words of `text`; quotes hold spaces together and are kept.
  static List<String> of(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quoted && i + 1 < text.length()) {
        word.append(c).append(text.charAt(++i));
      } else if (c == ' ' && !quoted) {
        add(words, word);
      } else {
        quoted ^= c == '"';
        word.append(c);
      }
    }
    add(words, word);
    return words;
  }

  private static void add(List<String> words, StringBuilder word) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  /// The words that have a name, without their quotes; the first of each name.
  static Map<String, String> named(String text) {
    Map<String, String> named = new LinkedHashMap<>();
    for (String word : of(text)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        named.putIfAbsent(word.substring(0, equals), unquoted(word.substring(equals + 1)));
      }
    }
    return named;
  }

  /// The string in quotes, with C's escapes; anything else as it is.
  static String unquoted(String word) {
    if (word.length() < 2 || !word.startsWith("\"") || !word.endsWith("\"")) {
      return word;
    }
    StringBuilder text = new StringBuilder();
    int end = word.length() - 1;
    for (int i = 1; i < end; i++) {
      char c = word.charAt(i);
      if (c != '\\' || i + 1 >= end) {
        text.append(c);
        continue;
      }
      c = word.charAt(++i);
      int digits = octal(word, i, end);
      if (digits > 0) {
        text.append((char) Integer.parseInt(word.substring(i, i + digits), 8));
        i += digits - 1;
      } else {
        text.append(
            switch (c) {
              case 'n' -> '\n';
              case 't' -> '\t';
              case 'r' -> '\r';
              default -> c;
            });
      }
    }
    return text.toString();
  }

  private static int octal(String word, int from, int end) {
    int digits = 0;
    while (digits < 3
        && from + digits < end
        && word.charAt(from + digits) >= '0'
        && word.charAt(from + digits) <= '7') {
      digits++;
    }
    return digits;
  }

  /// `text` in quotes.
  ///
  /// @throws IllegalArgumentException if it holds what ends a line
  static String quoted(String text) {
    if (text.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException("a quoted string holds no control characters");
    }
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
