package org.wormholes.rules.expr;

import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.TextQuestion;

/// Evaluates a tree by walking it, for what runs seldom. The tree must have passed [TypeChecker].
///
/// One method for each kind of value, chosen by the type of the tree. Nothing is boxed. Compiled
/// predicates ([Predicates]) give the same answers.
public final class Interpreter {
  private Interpreter() {}

  /// The value of a tree of type [Type#YES_NO].
  public static boolean yesNo(Expr expr, FactSource facts) {
    return switch (expr) {
      case Expr.YesNo(boolean value) -> value;
      case Expr.FactRef(Fact fact) -> facts.yesNo(fact);
      case Expr.FactOf(Fact fact, String of) -> facts.yesNo(fact, of);
      case Expr.Not(Expr value) -> !yesNo(value, facts);
      case Expr.And and -> all(and, facts);
      case Expr.Or or -> any(or, facts);
      case Expr.Choose(Expr condition, Expr then, Expr otherwise) ->
          yesNo(condition, facts) ? yesNo(then, facts) : yesNo(otherwise, facts);
      case Expr.Compare compare -> compare(compare, facts);
      case Expr.Between between -> between(between, facts);
      case Expr.TimeWindow(Expr value, int from, int to, boolean includesEnd) ->
          Total.isWithin(quantity(value, facts), from, to, includesEnd);
      case Expr.Member(Expr value, Members members) -> member(value, members, facts);
      case Expr.Matches(Expr text, Regex pattern) -> pattern.isFoundIn(text(text, facts));
      case Expr.TextTest(TextQuestion question, Expr text, Expr part) ->
          test(question, text(text, facts), text(part, facts));
      case Expr.AddressTest(AddressKind kind, Expr address) -> kind.has(address(address, facts));
      default -> throw wrong(expr, Type.YES_NO);
    };
  }

  private static boolean all(Expr.And and, FactSource facts) {
    for (int i = 0; i < and.all().size(); i++) {
      if (!yesNo(and.all().get(i), facts)) {
        return false;
      }
    }
    return true;
  }

  private static boolean any(Expr.Or or, FactSource facts) {
    for (int i = 0; i < or.any().size(); i++) {
      if (yesNo(or.any().get(i), facts)) {
        return true;
      }
    }
    return false;
  }

  private static boolean compare(Expr.Compare compare, FactSource facts) {
    Expr left = compare.left();
    Expr right = compare.right();
    boolean wanted = compare.operator() == Comparison.EQUAL;
    return switch (TypeChecker.known(left)) {
      case YES_NO -> (yesNo(left, facts) == yesNo(right, facts)) == wanted;
      case TEXT -> text(left, facts).equals(text(right, facts)) == wanted;
      case ADDRESS -> Total.same(address(left, facts), address(right, facts)) == wanted;
      case NUMBER, DURATION, SIZE, RATE, TIME ->
          compare(compare.operator(), quantity(left, facts), quantity(right, facts));
    };
  }

  private static boolean compare(Comparison operator, double left, double right) {
    return switch (operator) {
      case LESS -> left < right;
      case AT_MOST -> left <= right;
      case MORE -> left > right;
      case AT_LEAST -> left >= right;
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
    };
  }

  private static boolean between(Expr.Between between, FactSource facts) {
    double value = quantity(between.value(), facts);
    double low = quantity(between.low(), facts);
    return Total.isBetween(value, low, quantity(between.high(), facts), between.includesHigh());
  }

  private static boolean member(Expr value, Members members, FactSource facts) {
    return switch (members) {
      case TextSet texts -> texts.contains(text(value, facts));
      case DomainSet domains -> domains.contains(text(value, facts));
      case QuantitySet amounts -> amounts.contains(quantity(value, facts));
      case AddressSet addresses -> addresses.contains(address(value, facts));
    };
  }

  private static boolean test(TextQuestion question, String text, String part) {
    return switch (question) {
      case STARTS_WITH -> text.startsWith(part);
      case ENDS_WITH -> text.endsWith(part);
      case CONTAINS -> text.contains(part);
    };
  }

  /// The value of a tree of a quantity type or of [Type#TIME].
  public static double quantity(Expr expr, FactSource facts) {
    return switch (expr) {
      case Expr.Quantity(_, double value) -> value;
      case Expr.Time(int secondOfDay) -> secondOfDay;
      case Expr.FactRef(Fact fact) -> facts.quantity(fact);
      case Expr.FactOf(Fact fact, String of) -> facts.quantity(fact, of);
      case Expr.Arithmetic(Expr.Operation operator, Expr left, Expr right) ->
          combine(operator, quantity(left, facts), quantity(right, facts));
      case Expr.Choose(Expr condition, Expr then, Expr otherwise) ->
          yesNo(condition, facts) ? quantity(then, facts) : quantity(otherwise, facts);
      case Expr.Length(Expr text) -> text(text, facts).length();
      case Expr.ByteSize(Expr text) -> Total.byteSize(text(text, facts));
      default -> throw wrong(expr, Type.NUMBER);
    };
  }

  private static double combine(Expr.Operation operator, double left, double right) {
    return switch (operator) {
      case ADD -> Total.add(left, right);
      case SUBTRACT -> Total.subtract(left, right);
      case MULTIPLY -> Total.multiply(left, right);
      case DIVIDE -> Total.divide(left, right);
      case REMAINDER -> Total.remainder(left, right);
      case MINIMUM -> Total.minimum(left, right);
      case MAXIMUM -> Total.maximum(left, right);
    };
  }

  /// The value of a tree of type [Type#TEXT].
  public static String text(Expr expr, FactSource facts) {
    return switch (expr) {
      case Expr.Text(String value) -> value;
      case Expr.FactRef(Fact fact) -> facts.text(fact);
      case Expr.FactOf(Fact fact, String of) -> facts.text(fact, of);
      case Expr.Choose(Expr condition, Expr then, Expr otherwise) ->
          yesNo(condition, facts) ? text(then, facts) : text(otherwise, facts);
      case Expr.Downcase(Expr text) -> Total.downcase(text(text, facts));
      default -> throw wrong(expr, Type.TEXT);
    };
  }

  /// The value of a tree of type [Type#ADDRESS], null where it is absent.
  public static @Nullable Address address(Expr expr, FactSource facts) {
    return switch (expr) {
      case Expr.AddressLiteral(Address value) -> value;
      case Expr.FactRef(Fact fact) -> facts.address(fact);
      case Expr.Choose(Expr condition, Expr then, Expr otherwise) ->
          yesNo(condition, facts) ? address(then, facts) : address(otherwise, facts);
      default -> throw wrong(expr, Type.ADDRESS);
    };
  }

  /// The value of a score: an amount as it is, *yes* as 1 and *no* as 0.
  public static double score(Expr expr, FactSource facts) {
    return TypeChecker.known(expr) == Type.YES_NO
        ? yesNo(expr, facts) ? 1 : 0
        : quantity(expr, facts);
  }

  private static IllegalArgumentException wrong(Expr expr, Type wanted) {
    return new IllegalArgumentException(
        "%s is not %s".formatted(expr.getClass().getSimpleName(), wanted.description()));
  }
}
