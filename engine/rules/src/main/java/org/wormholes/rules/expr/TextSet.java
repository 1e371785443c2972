package org.wormholes.rules.expr;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// A constant set of strings, compared exactly. Sorted; found by halving, so that no choice of
/// strings makes it slow.
public final class TextSet implements Members {
  private final String[] sorted;

  private TextSet(String[] sorted) {
    this.sorted = sorted;
  }

  /// The set of these strings, in any order, each at most [Expr#MAX_TEXT] characters.
  public static TextSet of(Collection<String> values) {
    return ofSorted(values.stream().sorted().distinct().toArray(String[]::new));
  }

  public static TextSet of(String... values) {
    return of(Arrays.asList(values));
  }

  /// The set of strings that are already strictly ascending (by [String#compareTo]); anything else
  /// is refused. The array is kept.
  public static TextSet ofSorted(String... values) {
    if (values.length > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a set must have at most %d entries".formatted(MAX_ENTRIES));
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i].length() > Expr.MAX_TEXT) {
        throw new IllegalArgumentException(
            "a string must have at most %d characters".formatted(Expr.MAX_TEXT));
      }
      if (i > 0 && values[i - 1].compareTo(values[i]) >= 0) {
        throw new IllegalArgumentException("strings of a set must be in order and different");
      }
    }
    return new TextSet(values);
  }

  public boolean contains(String text) {
    return Arrays.binarySearch(sorted, text) >= 0;
  }

  /// The strings in order.
  public List<String> values() {
    return List.of(sorted);
  }

  /// The string at this place of the order.
  public String value(int index) {
    return sorted[index];
  }

  @Override
  public Type type() {
    return Type.TEXT;
  }

  @Override
  public int size() {
    return sorted.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextSet that && Arrays.equals(sorted, that.sorted);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sorted);
  }

  @Override
  public String toString() {
    return sorted.length <= 8 ? Arrays.toString(sorted) : sorted.length + " strings";
  }
}
