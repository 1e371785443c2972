package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.QuantitySet;

/// A set of amounts, as closed spans in order and apart. Doubles are discrete, so that an open end
/// is the closed one beside it.
final class Spans {
  static final Spans ALL = new Spans(new double[] {-Double.MAX_VALUE, Double.MAX_VALUE});

  private static final Spans NONE = new Spans(new double[0]);

  private final double[] ends; // low and high in turn

  private Spans(double[] ends) {
    this.ends = ends;
  }

  /// From one value to another, both in it; none where they cross.
  static Spans of(double low, double high) {
    return low <= high ? new Spans(new double[] {low, high}) : NONE;
  }

  /// The values that compare so with the bound.
  static Spans comparing(Comparison operator, double bound) {
    return switch (operator) {
      case LESS -> of(-Double.MAX_VALUE, Math.nextDown(bound));
      case AT_MOST -> of(-Double.MAX_VALUE, bound);
      case MORE -> of(Math.nextUp(bound), Double.MAX_VALUE);
      case AT_LEAST -> of(bound, Double.MAX_VALUE);
      case EQUAL -> of(bound, bound);
      case NOT_EQUAL -> of(bound, bound).others();
    };
  }

  static Spans of(double low, double high, boolean includesHigh) {
    return of(low, includesHigh ? high : Math.nextDown(high));
  }

  static Spans of(QuantitySet set) {
    double[] ends = new double[2 * set.size()];
    int i = 0;
    for (QuantitySet.Span span : set.spans()) {
      ends[i++] = span.low();
      ends[i++] = span.includesHigh() ? span.high() : Math.nextDown(span.high());
    }
    return new Spans(ends);
  }

  /// The seconds of a window of the day, which may go past midnight.
  static Spans window(int from, int to, boolean includesEnd) {
    double end = includesEnd ? to : to - 1;
    if (from < to) {
      return of(from, end);
    }
    return new Spans(end < 0 ? new double[] {from, 86_399} : new double[] {0, end, from, 86_399});
  }

  boolean isEmpty() {
    return ends.length == 0;
  }

  int size() {
    return ends.length / 2;
  }

  Spans and(Spans other) {
    List<Double> both = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < ends.length && j < other.ends.length) {
      double low = Math.max(ends[i], other.ends[j]);
      double high = Math.min(ends[i + 1], other.ends[j + 1]);
      if (low <= high) {
        both.add(low);
        both.add(high);
      }
      if (ends[i + 1] < other.ends[j + 1]) {
        i += 2;
      } else {
        j += 2;
      }
    }
    return new Spans(both.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /// All other values.
  Spans others() {
    List<Double> rest = new ArrayList<>();
    double next = -Double.MAX_VALUE;
    boolean open = true;
    for (int i = 0; i < ends.length && open; i += 2) {
      if (next < ends[i]) {
        rest.add(next);
        rest.add(Math.nextDown(ends[i]));
      }
      open = ends[i + 1] < Double.MAX_VALUE;
      next = Math.nextUp(ends[i + 1]);
    }
    if (open) {
      rest.add(next);
      rest.add(Double.MAX_VALUE);
    }
    return new Spans(rest.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /// The whole numbers among them.
  Spans whole() {
    List<Double> kept = new ArrayList<>();
    for (int i = 0; i < ends.length; i += 2) {
      double low = Math.ceil(ends[i]);
      double high = Math.floor(ends[i + 1]);
      if (low <= high) {
        kept.add(low);
        kept.add(high);
      }
    }
    return new Spans(kept.stream().mapToDouble(Double::doubleValue).toArray());
  }

  @Override
  public String toString() {
    return Arrays.toString(ends);
  }
}
