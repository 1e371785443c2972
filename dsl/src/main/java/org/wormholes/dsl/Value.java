package org.wormholes.dsl;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A constant of a ruleset, known when it is compiled. Numbers are 64-bit or floating; a duration
/// is in nanoseconds, a size in bytes, a rate in bytes a second.
sealed interface Value {
  record Text(String text) implements Value {}

  record Name(String name) implements Value {}

  record Whole(long number) implements Value {}

  record Decimal(double number) implements Value {}

  record Truth(boolean yes) implements Value {}

  record Nothing() implements Value {
    static final Nothing VALUE = new Nothing();
  }

  record Span(long nanos) implements Value {}

  record Size(long bytes) implements Value {}

  record Rate(long bytesPerSecond) implements Value {}

  record Items(List<Value> items) implements Value {
    public Items {
      items = List.copyOf(items);
    }
  }

  /// Pairs in the order of the text.
  record Table(Map<Value, Value> pairs) implements Value {}

  /// From one value to another; an open end is `Nothing`.
  record Between(Value from, Value to, boolean excludesEnd) implements Value {}

  record Pattern(String source, boolean ignoresCase, boolean multiline, boolean extended)
      implements Value {}

  /// What a word hands back to be asked further, as `flow(…)` is by `.uses`.
  record Subject(RoomFrame frame) implements Value {}

  /// Stands where a value could not be read and the problem was told; nothing more is said of it.
  record Broken() implements Value {
    static final Broken VALUE = new Broken();
  }

  static Truth truth(boolean yes) {
    return new Truth(yes);
  }

  /// The kind of value, with its article, for messages.
  default String kind() {
    return switch (this) {
      case Text _ -> "text";
      case Name _ -> "a symbol";
      case Whole _, Decimal _ -> "a number";
      case Truth _ -> "a yes/no value";
      case Nothing _, Broken _ -> "nothing";
      case Span _ -> "a duration";
      case Size _ -> "a size";
      case Rate _ -> "a rate";
      case Items _ -> "a list";
      case Table _ -> "a hash";
      case Between _ -> "a range";
      case Pattern _ -> "a regular expression";
      case Subject _ -> "a flow";
    };
  }

  /// Ruby's idea of truth: everything but `false` and `nil`.
  default boolean isTruthy() {
    return !(this instanceof Nothing) && !(this instanceof Truth(boolean yes) && !yes);
  }

  /// The value as it would stand in a script.
  default String show() {
    return switch (this) {
      case Text(String text) -> '"' + text + '"';
      case Name(String name) -> ":" + name;
      case Whole(long number) -> Long.toString(number);
      case Decimal(double number) -> Double.toString(number);
      case Truth(boolean yes) -> Boolean.toString(yes);
      case Nothing _, Broken _ -> "nil";
      case Span(long nanos) -> Units.showSpan(nanos);
      case Size(long bytes) -> Units.showSize(bytes);
      case Rate(long bytes) -> Units.showRate(bytes);
      case Items(List<Value> items) ->
          items.stream().limit(8).map(Value::show).collect(Collectors.joining(", ", "[", ""))
              + (items.size() > 8 ? ", …]" : "]");
      case Table(Map<Value, Value> pairs) -> "{" + (pairs.isEmpty() ? "" : "…") + "}";
      case Between(Value from, Value to, boolean excludesEnd) ->
          from.show() + (excludesEnd ? "..." : "..") + to.show();
      case Pattern(String source, _, _, _) -> "/" + source + "/";
      case Subject _ -> "flow(…)";
    };
  }

  /// The text that interpolation puts in place of the value, as Ruby's `to_s`.
  default String inserted() {
    return switch (this) {
      case Text(String text) -> text;
      case Name(String name) -> name;
      case Nothing _, Broken _ -> "";
      default -> show();
    };
  }
}
