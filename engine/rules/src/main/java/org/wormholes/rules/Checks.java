package org.wormholes.rules;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// The checks that several records share. All throw [IllegalArgumentException].
final class Checks {
  static final int MAX_NAME = 64;

  private Checks() {}

  /// A name of ours: 1 to 64 lower-case letters, digits, `-`, `_` and `.`, starting with a letter
  /// or digit.
  static String name(String what, String name) {
    boolean plain = !name.isEmpty() && name.length() <= MAX_NAME && isLetterOrDigit(name.charAt(0));
    for (int i = 0; i < name.length() && plain; i++) {
      char c = name.charAt(i);
      plain = isLetterOrDigit(c) || c == '-' || c == '_' || c == '.';
    }
    if (!plain) {
      throw new IllegalArgumentException(
          "the name of %s must be 1..%d of a-z, 0-9, - _ and . and start with a letter or digit, was `%s`"
              .formatted(what, MAX_NAME, shortened(name)));
    }
    return name;
  }

  static String text(String what, String text, int max) {
    if (text.isEmpty() || text.length() > max) {
      throw new IllegalArgumentException(
          "%s must have 1..%d characters, had %d".formatted(what, max, text.length()));
    }
    return text;
  }

  static int within(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d..%d, was %d".formatted(what, least, most, value));
    }
    return value;
  }

  static Duration within(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s must be between %s and %s, was %s".formatted(what, least, most, value));
    }
    return value;
  }

  static <T> List<T> atMost(String what, List<T> list, int most) {
    if (list.size() > most) {
      throw new IllegalArgumentException(
          "there must be at most %d %s, were %d".formatted(most, what, list.size()));
    }
    return List.copyOf(list);
  }

  static <T, K> Set<K> distinct(String what, Collection<T> values, Function<T, K> key) {
    Set<K> seen = HashSet.newHashSet(values.size());
    for (T value : values) {
      if (!seen.add(key.apply(value))) {
        throw new IllegalArgumentException(
            "there are two %s `%s`".formatted(what, key.apply(value)));
      }
    }
    return seen;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static String shortened(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...";
  }
}
