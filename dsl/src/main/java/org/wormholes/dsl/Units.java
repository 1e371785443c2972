package org.wormholes.dsl;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The units that follow a number: `80.ms`, `4.kib`, `100.mbit`.
final class Units {
  enum Measure {
    DURATION,
    SIZE,
    RATE
  }

  /// A unit: its names, what it measures, how many base units (nanoseconds, bytes, bytes a second)
  /// `count` of them are, and a sentence for the reference.
  record Unit(List<String> names, Measure measure, long base, String doc) {}

  private static final long SECOND = 1_000_000_000L;

  static final List<Unit> ALL =
      List.of(
          duration(1, "nanoseconds", "ns", "nanosecond", "nanoseconds"),
          duration(1_000, "microseconds", "us", "microsecond", "microseconds"),
          duration(1_000_000, "milliseconds", "ms", "millisecond", "milliseconds"),
          duration(SECOND, "seconds", "s", "second", "seconds"),
          duration(60 * SECOND, "minutes", "minute", "minutes"),
          duration(3_600 * SECOND, "hours", "hour", "hours"),
          duration(86_400 * SECOND, "days of 24 hours", "day", "days"),
          duration(7 * 86_400 * SECOND, "weeks of 7 days", "week", "weeks"),
          size(1, "bytes", "byte", "bytes"),
          size(1_000, "kilobytes (1,000 bytes)", "kb"),
          size(1_000_000, "megabytes (1,000,000 bytes)", "mb"),
          size(1_000_000_000L, "gigabytes (1,000,000,000 bytes)", "gb"),
          size(1L << 10, "kibibytes (1,024 bytes)", "kib"),
          size(1L << 20, "mebibytes (1,024 KiB)", "mib"),
          size(1L << 30, "gibibytes (1,024 MiB)", "gib"),
          size(1L << 40, "tebibytes (1,024 GiB)", "tib"),
          rate(1, "bytes a second", "bytes_s"),
          rate(1_000, "kilobytes a second", "kb_s"),
          rate(1_000_000, "megabytes a second", "mb_s"),
          rate(1_000_000_000, "gigabytes a second", "gb_s"),
          rate(1L << 10, "kibibytes a second", "kib_s"),
          rate(1L << 20, "mebibytes a second", "mib_s"),
          rate(1L << 30, "gibibytes a second", "gib_s"),
          rate(125, "kilobits a second", "kbit"),
          rate(125_000, "megabits a second", "mbit"),
          rate(125_000_000, "gigabits a second", "gbit"));

  static final Map<String, Unit> BY_NAME = byName();

  private Units() {}

  static Optional<Unit> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /// The quantity that so many of a unit are.
  ///
  /// @throws ArithmeticException if it does not fit 64 bits of base units
  static Value of(Value number, Unit unit) {
    long base =
        switch (number) {
          case Value.Whole(long whole) -> Math.multiplyExact(whole, unit.base());
          case Value.Decimal(double decimal) -> Arithmetic.rounded(decimal * unit.base());
          default -> throw new IllegalArgumentException("not a number: " + number.kind());
        };
    return switch (unit.measure()) {
      case DURATION -> new Value.Span(base);
      case SIZE -> new Value.Size(base);
      case RATE -> new Value.Rate(base);
    };
  }

  static String showSpan(long nanos) {
    return show(nanos, Measure.DURATION);
  }

  static String showSize(long bytes) {
    return show(bytes, Measure.SIZE);
  }

  static String showRate(long bytesPerSecond) {
    return show(bytesPerSecond, Measure.RATE);
  }

  /// The amount in the largest unit that leaves no remainder; bytes go by powers of 1,024.
  private static String show(long base, Measure measure) {
    Unit best = null;
    for (Unit unit : ALL) {
      boolean usual = measure == Measure.DURATION || unit.base() == 1 || unit.base() % 1_024 == 0;
      if (unit.measure() == measure && usual && base % unit.base() == 0) {
        best = best == null || unit.base() > best.base() ? unit : best;
      }
    }
    if (best == null || base == 0) {
      return switch (measure) {
        case DURATION -> base + ".s";
        case SIZE -> base + ".bytes";
        case RATE -> base + ".bytes_s";
      };
    }
    long count = base / best.base();
    List<String> names = best.names();
    return count + "." + (names.size() == 2 ? names.get(count == 1 ? 0 : 1) : names.getFirst());
  }

  private static Unit duration(long base, String doc, String... names) {
    return new Unit(List.of(names), Measure.DURATION, base, doc);
  }

  private static Unit size(long base, String doc, String... names) {
    return new Unit(List.of(names), Measure.SIZE, base, doc);
  }

  private static Unit rate(long base, String doc, String... names) {
    return new Unit(List.of(names), Measure.RATE, base, doc);
  }

  private static Map<String, Unit> byName() {
    Map<String, Unit> map = new LinkedHashMap<>();
    for (Unit unit : ALL) {
      unit.names().forEach(name -> map.put(name, unit));
    }
    return Map.copyOf(map);
  }
}
