package org.wormholes.dsl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Times of day as scripts write them: `22:00`, `7:30`, `23:59:59`.
final class Clock {
  private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d{2})(?::(\\d{2}))?");

  private Clock() {}

  /// Seconds since midnight, or null if the text is no time of day. `24:00` is midnight.
  static @Nullable Integer parse(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    int hours = Integer.parseInt(matcher.group(1));
    int minutes = Integer.parseInt(matcher.group(2));
    int seconds = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
    int total = hours * 3_600 + minutes * 60 + seconds;
    boolean valid = minutes < 60 && seconds < 60 && total <= 86_400;
    return valid ? Integer.valueOf(total % 86_400) : null;
  }
}
