package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Value.Between;
import org.wormholes.dsl.Value.Decimal;
import org.wormholes.dsl.Value.Items;
import org.wormholes.dsl.Value.Name;
import org.wormholes.dsl.Value.Nothing;
import org.wormholes.dsl.Value.Table;
import org.wormholes.dsl.Value.Text;
import org.wormholes.dsl.Value.Whole;

/// The methods of Ruby's own values that a script may use on constants without any Ruby running.
/// What is not here needs full Ruby; what is here gives exactly what Ruby gives.
final class Constants {
  static final Set<String> OPERATORS =
      Set.of("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%");

  private static final long LONGEST_RANGE = 100_000;

  private Constants() {}

  /// The value of a call on a constant, or null where only full Ruby knows.
  ///
  /// @throws Mistake if the call is known but its arguments do not fit
  static @Nullable Value call(String name, Value receiver, List<Value> arguments) {
    if (arguments.size() == 1 && OPERATORS.contains(name)) {
      return Arithmetic.apply(name, receiver, arguments.getFirst());
    }
    if (arguments.size() == 1 && name.equals("in?")) {
      return call("include?", arguments.getFirst(), List.of(receiver));
    }
    if (arguments.isEmpty() && name.equals("nil?")) {
      return Value.truth(receiver instanceof Nothing);
    }
    if (arguments.isEmpty() && (name.equals("freeze") || name.equals("dup"))) {
      return receiver;
    }
    return switch (receiver) {
      case Text(String text) -> onText(name, text, arguments);
      case Name(String symbol) -> onName(name, symbol, arguments);
      case Whole(long number) -> onWhole(name, number, arguments);
      case Decimal(double number) -> onDecimal(name, number, arguments);
      case Items(List<Value> items) -> onItems(name, items, arguments);
      case Table(Map<Value, Value> pairs) -> onTable(name, pairs, arguments);
      case Between range -> onRange(name, range, arguments);
      case Value.Span _, Value.Size _, Value.Rate _ -> onQuantity(name, receiver, arguments);
      default -> null;
    };
  }

  private static @Nullable Value onText(String name, String text, List<Value> arguments) {
    if (arguments.isEmpty()) {
      return switch (name) {
        case "upcase" -> isAscii(text) ? new Text(text.toUpperCase(Locale.ROOT)) : null;
        case "downcase" -> isAscii(text) ? new Text(text.toLowerCase(Locale.ROOT)) : null;
        case "capitalize" -> isAscii(text) ? new Text(capitalized(text)) : null;
        case "strip" -> new Text(stripped(text));
        case "chomp" -> new Text(chomped(text));
        case "reverse" ->
            isAscii(text) ? new Text(new StringBuilder(text).reverse().toString()) : null;
        case "to_s", "to_str" -> new Text(text);
        case "to_sym" -> new Name(text);
        case "size", "length" -> new Whole(text.codePointCount(0, text.length()));
        case "bytesize" -> new Whole(text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
        case "empty?" -> Value.truth(text.isEmpty());
        case "split" -> words(text);
        case "lines" -> lines(text);
        default -> null;
      };
    }
    List<String> texts = texts(arguments);
    if (texts == null) {
      return null;
    }
    String first = texts.getFirst();
    return switch (name + "/" + texts.size()) {
      case "include?/1" -> Value.truth(text.contains(first));
      case "split/1" -> first.length() == 1 && !first.equals(" ") ? pieces(text, first) : null;
      case "delete_prefix/1" ->
          new Text(text.startsWith(first) ? text.substring(first.length()) : text);
      case "delete_suffix/1" ->
          new Text(text.endsWith(first) ? text.substring(0, text.length() - first.length()) : text);
      default ->
          switch (name) {
            case "start_with?" -> Value.truth(texts.stream().anyMatch(text::startsWith));
            case "end_with?" -> Value.truth(texts.stream().anyMatch(text::endsWith));
            default -> null;
          };
    };
  }

  private static @Nullable Value onName(String name, String symbol, List<Value> arguments) {
    if (!arguments.isEmpty()) {
      return null;
    }
    return switch (name) {
      case "to_s", "name" -> new Text(symbol);
      case "to_sym" -> new Name(symbol);
      case "size", "length" -> new Whole(symbol.codePointCount(0, symbol.length()));
      default -> null;
    };
  }

  private static @Nullable Value onWhole(String name, long number, List<Value> arguments) {
    if (arguments.isEmpty()) {
      return switch (name) {
        case "to_s" -> new Text(Long.toString(number));
        case "to_i" -> new Whole(number);
        case "to_f" -> new Decimal(number);
        case "zero?" -> Value.truth(number == 0);
        case "positive?" -> Value.truth(number > 0);
        case "negative?" -> Value.truth(number < 0);
        case "even?" -> Value.truth(number % 2 == 0);
        case "odd?" -> Value.truth(number % 2 != 0);
        case "succ", "next" -> Arithmetic.apply("+", new Whole(number), new Whole(1));
        case "pred" -> Arithmetic.apply("-", new Whole(number), new Whole(1));
        case "abs" -> number < 0 ? Arithmetic.negate(new Whole(number)) : new Whole(number);
        default -> null;
      };
    }
    return onOrdered(name, new Whole(number), arguments);
  }

  private static @Nullable Value onDecimal(String name, double number, List<Value> arguments) {
    if (arguments.isEmpty()) {
      return switch (name) {
        case "to_f" -> new Decimal(number);
        case "zero?" -> Value.truth(number == 0);
        case "positive?" -> Value.truth(number > 0);
        case "negative?" -> Value.truth(number < 0);
        default -> null;
      };
    }
    return onOrdered(name, new Decimal(number), arguments);
  }

  private static @Nullable Value onQuantity(String name, Value quantity, List<Value> arguments) {
    return name.equals("to_s") && arguments.isEmpty()
        ? new Text(quantity.show())
        : onOrdered(name, quantity, arguments);
  }

  private static @Nullable Value onOrdered(String name, Value value, List<Value> arguments) {
    if (arguments.size() != 2) {
      return null;
    }
    Value low = arguments.get(0);
    Value high = arguments.get(1);
    return switch (name) {
      case "between?" ->
          Value.truth(
              Arithmetic.compare(">=", value, low) >= 0
                  && Arithmetic.compare("<=", value, high) <= 0);
      case "clamp" ->
          Arithmetic.compare("<", value, low) < 0
              ? low
              : Arithmetic.compare(">", value, high) > 0 ? high : value;
      default -> null;
    };
  }

  private static @Nullable Value onItems(String name, List<Value> items, List<Value> arguments) {
    if (arguments.isEmpty()) {
      return switch (name) {
        case "size", "length", "count" -> new Whole(items.size());
        case "empty?" -> Value.truth(items.isEmpty());
        case "any?" -> Value.truth(items.stream().anyMatch(Value::isTruthy));
        case "all?" -> Value.truth(items.stream().allMatch(Value::isTruthy));
        case "none?" -> Value.truth(items.stream().noneMatch(Value::isTruthy));
        case "first" -> items.isEmpty() ? Value.Nothing.VALUE : items.getFirst();
        case "last" -> items.isEmpty() ? Value.Nothing.VALUE : items.getLast();
        case "reverse" -> new Items(items.reversed());
        case "sort" -> new Items(items.stream().sorted(Arithmetic.order()).toList());
        case "min" -> items.stream().min(Arithmetic.order()).orElse(Value.Nothing.VALUE);
        case "max" -> items.stream().max(Arithmetic.order()).orElse(Value.Nothing.VALUE);
        case "sum" -> sum(items);
        case "uniq" -> new Items(new ArrayList<>(new LinkedHashSet<>(items)));
        case "compact" -> new Items(items.stream().filter(i -> !(i instanceof Nothing)).toList());
        case "flatten" -> Arithmetic.items(flattened(items));
        case "to_a" -> new Items(items);
        case "join" -> joined(items, "");
        default -> null;
      };
    }
    if (arguments.size() != 1) {
      return null;
    }
    Value argument = arguments.getFirst();
    return switch (name) {
      case "include?" ->
          Value.truth(items.stream().anyMatch(item -> Arithmetic.same(item, argument)));
      case "[]" -> argument instanceof Whole(long index) ? at(items, index) : null;
      case "first" ->
          argument instanceof Whole(long count) && count >= 0
              ? new Items(items.subList(0, (int) Math.min(count, items.size())))
              : null;
      case "last" ->
          argument instanceof Whole(long count) && count >= 0
              ? new Items(items.subList((int) Math.max(0, items.size() - count), items.size()))
              : null;
      case "join" -> argument instanceof Text(String between) ? joined(items, between) : null;
      default -> null;
    };
  }

  private static @Nullable Value onTable(
      String name, Map<Value, Value> pairs, List<Value> arguments) {
    if (arguments.isEmpty()) {
      return switch (name) {
        case "keys" -> new Items(new ArrayList<>(pairs.keySet()));
        case "values" -> new Items(new ArrayList<>(pairs.values()));
        case "size", "length", "count" -> new Whole(pairs.size());
        case "empty?" -> Value.truth(pairs.isEmpty());
        case "to_a" -> pairsOf(pairs);
        default -> null;
      };
    }
    Value key = arguments.getFirst();
    return switch (name + "/" + arguments.size()) {
      case "[]/1" -> pairs.getOrDefault(key, Value.Nothing.VALUE);
      case "key?/1", "include?/1", "has_key?/1", "member?/1" -> Value.truth(pairs.containsKey(key));
      case "fetch/2" -> pairs.getOrDefault(key, arguments.get(1));
      case "fetch/1" -> {
        Value found = pairs.get(key);
        if (found == null) {
          throw Mistake.of("the hash has no " + key.show());
        }
        yield found;
      }
      default -> null;
    };
  }

  private static @Nullable Value onRange(String name, Between range, List<Value> arguments) {
    if (arguments.isEmpty() && name.equals("to_a")) {
      List<Value> listed = listed(range);
      return listed == null ? null : new Items(listed);
    }
    if (arguments.size() == 1 && (name.equals("include?") || name.equals("cover?"))) {
      Value asked = arguments.getFirst();
      boolean afterStart =
          range.from() instanceof Nothing || Arithmetic.compare(">=", asked, range.from()) >= 0;
      int end = range.to() instanceof Nothing ? -1 : Arithmetic.compare("<=", asked, range.to());
      return Value.truth(afterStart && (range.excludesEnd() ? end < 0 : end <= 0));
    }
    return null;
  }

  /// The elements that iterating over a constant visits, or null where it can't be iterated.
  static @Nullable List<Value> listed(Value value) {
    return switch (value) {
      case Items(List<Value> items) -> items;
      case Table(Map<Value, Value> pairs) -> pairsOf(pairs).items();
      case Between(Whole(long from), Whole(long to), boolean excludesEnd) -> {
        long last = excludesEnd ? to - 1 : to;
        if (last >= from && last - from >= LONGEST_RANGE) {
          throw Mistake.of("the range has more than " + LONGEST_RANGE + " numbers");
        }
        List<Value> numbers = new ArrayList<>();
        for (long number = from; number <= last; number++) {
          numbers.add(new Whole(number));
        }
        yield numbers;
      }
      default -> null;
    };
  }

  private static Items pairsOf(Map<Value, Value> pairs) {
    List<Value> both = new ArrayList<>();
    pairs.forEach((key, value) -> both.add(new Items(List.of(key, value))));
    return new Items(both);
  }

  private static Value at(List<Value> items, long index) {
    long at = index < 0 ? index + items.size() : index;
    return at >= 0 && at < items.size() ? items.get((int) at) : Value.Nothing.VALUE;
  }

  private static Value sum(List<Value> items) {
    Value sum = null;
    for (Value item : items) {
      sum = sum == null ? item : Arithmetic.apply("+", sum, item);
    }
    return sum == null ? new Whole(0) : sum;
  }

  private static List<Value> flattened(List<Value> items) {
    List<Value> flat = new ArrayList<>();
    for (Value item : items) {
      if (item instanceof Items(List<Value> inner)) {
        flat.addAll(flattened(inner));
      } else {
        flat.add(item);
      }
    }
    return flat;
  }

  private static @Nullable Value joined(List<Value> items, String between) {
    boolean plain =
        items.stream().allMatch(i -> i instanceof Text || i instanceof Name || i instanceof Whole);
    return plain
        ? Arithmetic.text(items.stream().map(Value::inserted).collect(Collectors.joining(between)))
        : null;
  }

  private static @Nullable List<String> texts(List<Value> values) {
    List<String> texts = new ArrayList<>();
    for (Value value : values) {
      if (!(value instanceof Text(String text))) {
        return null;
      }
      texts.add(text);
    }
    return texts;
  }

  private static Value words(String text) {
    List<Value> words = new ArrayList<>();
    for (String word : stripped(text).split("[ \\t\\n\\x0B\\f\\r]+", -1)) {
      if (!word.isEmpty()) {
        words.add(new Text(word));
      }
    }
    return new Items(words);
  }

  /// Ruby drops empty pieces at the end.
  private static Value pieces(String text, String separator) {
    List<Value> pieces = new ArrayList<>();
    for (String piece : text.split(java.util.regex.Pattern.quote(separator), 0)) {
      pieces.add(new Text(piece));
    }
    return new Items(text.isEmpty() ? List.of() : pieces);
  }

  private static Value lines(String text) {
    List<Value> lines = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('\n', start);
      int next = end < 0 ? text.length() : end + 1;
      lines.add(new Text(text.substring(start, next)));
      start = next;
    }
    return new Items(lines);
  }

  private static String chomped(String text) {
    if (text.endsWith("\r\n")) {
      return text.substring(0, text.length() - 2);
    }
    return text.endsWith("\n") || text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static String stripped(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static String capitalized(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }
}
