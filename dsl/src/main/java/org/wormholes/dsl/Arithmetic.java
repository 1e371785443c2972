package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.wormholes.dsl.Value.Decimal;
import org.wormholes.dsl.Value.Items;
import org.wormholes.dsl.Value.Rate;
import org.wormholes.dsl.Value.Size;
import org.wormholes.dsl.Value.Span;
import org.wormholes.dsl.Value.Text;
import org.wormholes.dsl.Value.Whole;

/// What operators give between constants. Both tiers ask here, so that they cannot differ: whole
/// numbers divide as in Ruby, rounding down; quantities keep their measure; nothing wraps round.
final class Arithmetic {
  static final int LONGEST_TEXT = 64 * 1024;
  static final int LONGEST_LIST = 100_000;

  private Arithmetic() {}

  /// The value of `left operator right`.
  ///
  /// @throws Mistake if the two do not go together or the result does not fit
  static Value apply(String operator, Value left, Value right) {
    try {
      return switch (operator) {
        case "==" -> Value.truth(same(left, right));
        case "!=" -> Value.truth(!same(left, right));
        case "<" -> Value.truth(compare(operator, left, right) < 0);
        case "<=" -> Value.truth(compare(operator, left, right) <= 0);
        case ">" -> Value.truth(compare(operator, left, right) > 0);
        case ">=" -> Value.truth(compare(operator, left, right) >= 0);
        case "<=>" -> new Whole(Integer.signum(compare(operator, left, right)));
        case "+" -> plus(left, right);
        case "-" -> minus(left, right);
        case "*" -> times(left, right);
        case "/" -> divide(left, right);
        case "%" -> remainder(left, right);
        default -> throw unfit(operator, left, right);
      };
    } catch (ArithmeticException e) {
      throw Mistake.of("`" + operator + "` gives a result that does not fit 64 bits");
    }
  }

  static Value negate(Value value) {
    return apply("*", value, new Whole(-1));
  }

  /// Equality as in Ruby, where 1 and 1.0 are the same; different measures are a mistake.
  static boolean same(Value left, Value right) {
    if (isNumber(left) && isNumber(right)) {
      return comparedNumbers(left, right) == 0;
    }
    if (isQuantity(left) && isQuantity(right) && left.getClass() != right.getClass()) {
      throw unlike(left, right);
    }
    return Objects.equals(left, right);
  }

  static int compare(String operator, Value left, Value right) {
    if (isNumber(left) && isNumber(right)) {
      return comparedNumbers(left, right);
    }
    if (left instanceof Span(long a) && right instanceof Span(long b)) {
      return Long.compare(a, b);
    }
    if (left instanceof Size(long a) && right instanceof Size(long b)) {
      return Long.compare(a, b);
    }
    if (left instanceof Rate(long a) && right instanceof Rate(long b)) {
      return Long.compare(a, b);
    }
    if (left instanceof Text(String a) && right instanceof Text(String b)) {
      return comparedTexts(a, b);
    }
    throw isQuantity(left) || isQuantity(right) || isNumber(left)
        ? unlike(left, right)
        : unfit(operator, left, right);
  }

  static Comparator<Value> order() {
    return (a, b) -> compare("<=>", a, b);
  }

  static boolean isNumber(Value value) {
    return value instanceof Whole || value instanceof Decimal;
  }

  static boolean isQuantity(Value value) {
    return value instanceof Span || value instanceof Size || value instanceof Rate;
  }

  static double asDouble(Value number) {
    return number instanceof Whole(long whole) ? whole : ((Decimal) number).number();
  }

  /// The nearest 64-bit whole number, half away from zero upwards.
  static long rounded(double number) {
    double nearest = Math.rint(number);
    if (!(Math.abs(nearest) < 9.2e18)) {
      throw new ArithmeticException("too big");
    }
    return (long) nearest;
  }

  private static Value plus(Value left, Value right) {
    if (left instanceof Text(String a) && right instanceof Text(String b)) {
      return text(a + b);
    }
    if (left instanceof Items(List<Value> a) && right instanceof Items(List<Value> b)) {
      List<Value> both = new ArrayList<>(a);
      both.addAll(b);
      return items(both);
    }
    if (left instanceof Whole(long a) && right instanceof Whole(long b)) {
      return new Whole(Math.addExact(a, b));
    }
    if (isNumber(left) && isNumber(right)) {
      return decimal(asDouble(left) + asDouble(right));
    }
    requireAlike("+", left, right);
    return quantity(left, Math.addExact(base(left), base(right)));
  }

  private static Value minus(Value left, Value right) {
    if (left instanceof Items(List<Value> a) && right instanceof Items(List<Value> b)) {
      return new Items(a.stream().filter(item -> !b.contains(item)).toList());
    }
    if (left instanceof Whole(long a) && right instanceof Whole(long b)) {
      return new Whole(Math.subtractExact(a, b));
    }
    if (isNumber(left) && isNumber(right)) {
      return decimal(asDouble(left) - asDouble(right));
    }
    requireAlike("-", left, right);
    return quantity(left, Math.subtractExact(base(left), base(right)));
  }

  private static Value times(Value left, Value right) {
    if (left instanceof Whole(long a) && right instanceof Whole(long b)) {
      return new Whole(Math.multiplyExact(a, b));
    }
    if (isNumber(left) && isNumber(right)) {
      return decimal(asDouble(left) * asDouble(right));
    }
    if (left instanceof Text(String a) && right instanceof Whole(long count)) {
      return repeated(a, count);
    }
    if (isQuantity(left) && isNumber(right)) {
      return scaled(left, right);
    }
    if (isNumber(left) && isQuantity(right)) {
      return scaled(right, left);
    }
    if (left instanceof Rate(long rate) && right instanceof Span(long nanos)) {
      return new Size(rounded((double) rate * nanos / 1e9));
    }
    if (left instanceof Span && right instanceof Rate) {
      return times(right, left);
    }
    throw unfit("*", left, right);
  }

  private static Value divide(Value left, Value right) {
    if (left instanceof Whole(long a) && right instanceof Whole(long b)) {
      requireNonZero(b);
      return new Whole(Math.floorDivExact(a, b));
    }
    if (isNumber(left) && isNumber(right)) {
      requireNonZero(asDouble(right));
      return decimal(asDouble(left) / asDouble(right));
    }
    if (isQuantity(left) && right instanceof Whole(long b)) {
      requireNonZero(b);
      return quantity(left, Math.floorDivExact(base(left), b));
    }
    if (isQuantity(left) && right instanceof Decimal(double b)) {
      requireNonZero(b);
      return quantity(left, rounded(base(left) / b));
    }
    if (isQuantity(left) && isQuantity(right)) {
      return ratio(left, right);
    }
    throw unfit("/", left, right);
  }

  private static Value ratio(Value left, Value right) {
    requireNonZero(base(right));
    double quotient = (double) base(left) / base(right);
    if (left.getClass() == right.getClass()) {
      return decimal(quotient);
    }
    if (left instanceof Size && right instanceof Span) {
      return new Rate(rounded(quotient * 1e9));
    }
    if (left instanceof Size && right instanceof Rate) {
      return new Span(rounded(quotient * 1e9));
    }
    throw unfit("/", left, right);
  }

  private static Value remainder(Value left, Value right) {
    if (left instanceof Whole(long a) && right instanceof Whole(long b)) {
      requireNonZero(b);
      return new Whole(Math.floorMod(a, b));
    }
    throw unfit("%", left, right);
  }

  private static Value scaled(Value quantity, Value number) {
    return number instanceof Whole(long whole)
        ? quantity(quantity, Math.multiplyExact(base(quantity), whole))
        : quantity(quantity, rounded(base(quantity) * asDouble(number)));
  }

  private static Value repeated(String text, long count) {
    if (count < 0) {
      throw Mistake.of("text can't be repeated " + count + " times");
    }
    if (count * Math.max(1.0, text.length()) > LONGEST_TEXT) {
      throw Mistake.of("the text becomes longer than " + LONGEST_TEXT + " characters");
    }
    return new Text(text.repeat((int) count));
  }

  static Value text(String text) {
    if (text.length() > LONGEST_TEXT) {
      throw Mistake.of("the text becomes longer than " + LONGEST_TEXT + " characters");
    }
    return new Text(text);
  }

  static Items items(List<Value> items) {
    Items list = new Items(items);
    if (weight(list) > LONGEST_LIST) {
      throw Mistake.of("the list becomes longer than " + LONGEST_LIST + " items");
    }
    return list;
  }

  /// How large a value is, all that is inside it counted, up to a little over [#LONGEST_LIST]:
  /// lists may hold each other many times over.
  static long weight(Value value) {
    return weight(value, LONGEST_LIST + 1L);
  }

  private static long weight(Value value, long budget) {
    long weight =
        switch (value) {
          case Text(String text) -> 1 + text.length() / 16;
          case Value.Pattern pattern -> 1 + pattern.source().length() / 16;
          default -> 1;
        };
    if (value instanceof Items(List<Value> items)) {
      for (Value item : items) {
        weight += weight < budget ? weight(item, budget - weight) : 0;
      }
    }
    if (value instanceof Value.Table(Map<Value, Value> pairs)) {
      for (Map.Entry<Value, Value> pair : pairs.entrySet()) {
        weight += weight < budget ? weight(pair.getKey(), budget - weight) : 0;
        weight += weight < budget ? weight(pair.getValue(), budget - weight) : 0;
      }
    }
    return weight;
  }

  private static Value decimal(double number) {
    if (!Double.isFinite(number)) {
      throw new ArithmeticException("not finite");
    }
    return new Decimal(number);
  }

  private static void requireNonZero(double divisor) {
    requireDivisor(divisor != 0);
  }

  private static void requireNonZero(long divisor) {
    requireDivisor(divisor != 0);
  }

  private static void requireDivisor(boolean isNonZero) {
    if (!isNonZero) {
      throw Mistake.of("division by zero");
    }
  }

  private static void requireAlike(String operator, Value left, Value right) {
    if (!isQuantity(left) || left.getClass() != right.getClass()) {
      throw unfit(operator, left, right);
    }
  }

  private static long base(Value quantity) {
    return switch (quantity) {
      case Span(long nanos) -> nanos;
      case Size(long bytes) -> bytes;
      case Rate(long bytes) -> bytes;
      default -> throw new IllegalArgumentException("not a quantity: " + quantity.kind());
    };
  }

  private static Value quantity(Value like, long base) {
    return switch (like) {
      case Span _ -> new Span(base);
      case Size _ -> new Size(base);
      case Rate _ -> new Rate(base);
      default -> throw new IllegalArgumentException("not a quantity: " + like.kind());
    };
  }

  private static int comparedNumbers(Value left, Value right) {
    return left instanceof Whole(long a) && right instanceof Whole(long b)
        ? Long.compare(a, b)
        : Double.compare(asDouble(left), asDouble(right) + 0.0);
  }

  /// Ruby compares strings by their bytes, which in UTF-8 is the order of code points.
  private static int comparedTexts(String a, String b) {
    int[] left = a.codePoints().toArray();
    int[] right = b.codePoints().toArray();
    return java.util.Arrays.compare(left, right);
  }

  private static Mistake unlike(Value left, Value right) {
    Mistake mistake = Mistake.of("can't compare " + left.kind() + " with " + right.kind());
    boolean unitMissing = isQuantity(left) ? isNumber(right) : isQuantity(right) && isNumber(left);
    return unitMissing
        ? mistake.hinting("give the number a unit, such as `80.ms` or `4.kib`")
        : mistake;
  }

  private static Mistake unfit(String operator, Value left, Value right) {
    return Mistake.of("`" + operator + "` can't join " + left.kind() + " and " + right.kind());
  }
}
