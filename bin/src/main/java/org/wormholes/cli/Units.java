package org.wormholes.cli;

import java.time.Duration;
import java.util.Locale;

/// Quantities as people read them.
final class Units {
  private static final String[] SIZES = {"kB", "MB", "GB", "TB", "PB"};

  private Units() {}

  /// `512 B`, `1.2 kB`, `3.4 GB`; powers of 1,000.
  static String bytes(long bytes) {
    if (bytes < 1_000) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 999.5 && unit < SIZES.length - 1) {
      value /= 1_000;
      unit++;
    }
    return number(value) + " " + SIZES[unit];
  }

  /// `0.42 ms`, `12 ms`, `3.4 s`, `5 min 20 s`, `2 h 5 min`, `3 days 4 h`.
  static String duration(Duration duration) {
    double millis = duration.toNanos() / 1e6;
    if (millis < 1) {
      return String.format(Locale.ROOT, "%.2f ms", millis);
    }
    if (millis < 999.5) {
      return number(millis) + " ms";
    }
    if (duration.toSeconds() < 60) {
      return number(millis / 1e3) + " s";
    }
    if (duration.toMinutes() < 60) {
      return pair(duration.toMinutes(), "min", duration.toSecondsPart(), "s");
    }
    if (duration.toHours() < 48) {
      return pair(duration.toHours(), "h", duration.toMinutesPart(), "min");
    }
    return pair(duration.toDays(), "days", duration.toHoursPart(), "h");
  }

  /// `1 flow`, `2 flows`.
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /// Enough of an address or digest for a person to tell it from others.
  static String brief(String name) {
    String body = name.startsWith("wr1-") ? name.substring(4) : name;
    return body.length() <= 12 ? body : body.substring(0, 12);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 9.95 ? "%.1f" : "%.0f", value);
  }

  private static String pair(long large, String largeUnit, long small, String smallUnit) {
    String first = large + " " + largeUnit;
    return small == 0 ? first : first + " " + small + " " + smallUnit;
  }
}
