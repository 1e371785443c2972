package org.wormholes.rules.expr;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A constant set of amounts of one quantity type: single values and spans, as in `port.in? [80,
/// 443, 8000..8999]`.
public final class QuantitySet implements Members {
  /// From `low` to `high`; `high` itself belongs to it only where `includesHigh` says so.
  public record Span(double low, double high, boolean includesHigh) {
    public Span {
      if (!Double.isFinite(low) || !Double.isFinite(high)) {
        throw new IllegalArgumentException("the ends of a span must be finite");
      }
      if (low > high || (low == high && !includesHigh)) {
        throw new IllegalArgumentException(
            "a span must not be empty: %s to %s".formatted(low, high));
      }
      low += 0.0;
      high += 0.0;
    }

    public static Span of(double value) {
      return new Span(value, value, true);
    }

    boolean touches(Span next) {
      return next.low < high || (next.low == high && includesHigh);
    }

    Span joined(Span next) {
      if (next.high > high) {
        return new Span(low, next.high, next.includesHigh);
      }
      return new Span(low, high, includesHigh || (next.high == high && next.includesHigh));
    }
  }

  private static final Comparator<Span> BY_START =
      Comparator.comparingDouble(Span::low).thenComparingDouble(Span::high);

  private final Type type;
  private final List<Span> spans;

  private QuantitySet(Type type, List<Span> spans) {
    this.type = type;
    this.spans = spans;
  }

  /// The set of all values in the spans, which may come in any order and overlap.
  public static QuantitySet of(Type type, List<Span> spans) {
    List<Span> joined = new ArrayList<>();
    for (Span span : spans.stream().sorted(BY_START).toList()) {
      int last = joined.size() - 1;
      if (last >= 0 && joined.get(last).touches(span)) {
        joined.set(last, joined.get(last).joined(span));
      } else {
        joined.add(span);
      }
    }
    return ofSorted(type, List.copyOf(joined));
  }

  /// The set of spans that are already in order and apart; anything else is refused.
  public static QuantitySet ofSorted(Type type, List<Span> spans) {
    if (!type.isQuantity()) {
      throw new IllegalArgumentException("a set of amounts must not be of " + type.description());
    }
    if (spans.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a set must have at most %d entries".formatted(MAX_ENTRIES));
    }
    for (int i = 1; i < spans.size(); i++) {
      Span before = spans.get(i - 1);
      if (spans.get(i).low() < before.high() || before.touches(spans.get(i))) {
        throw new IllegalArgumentException("spans of a set must be in order and apart");
      }
    }
    return new QuantitySet(type, List.copyOf(spans));
  }

  public boolean contains(double value) {
    int low = 0;
    int high = spans.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Span span = spans.get(middle);
      if (value < span.low()) {
        high = middle - 1;
      } else if (value < span.high() || (span.includesHigh() && value == span.high())) {
        return true;
      } else {
        low = middle + 1;
      }
    }
    return false;
  }

  /// In order and apart.
  public List<Span> spans() {
    return spans;
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public int size() {
    return spans.size();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuantitySet that && type == that.type && spans.equals(that.spans);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + spans.hashCode();
  }

  @Override
  public String toString() {
    return spans.size() <= 8 ? spans.toString() : spans.size() + " spans";
  }
}
