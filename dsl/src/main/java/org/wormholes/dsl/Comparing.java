package org.wormholes.dsl;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.wormholes.dsl.Value.Between;
import org.wormholes.dsl.Value.Items;
import org.wormholes.dsl.Value.Text;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Type;

/// Comparisons, and what to say of those that make no sense.
final class Comparing {
  private static final Set<Fact> HOSTS = EnumSet.of(Fact.HOST, Fact.SNI, Fact.HTTP_HOST);

  private Comparing() {}

  /// Whether the fact is the name of a host.
  static boolean isHost(Fact fact) {
    return HOSTS.contains(fact);
  }

  static Term compare(Comparison operator, Term left, Term right) {
    Type type = Terms.commonType(left, right);
    if (type == null) {
      throw unlike(left, right);
    }
    if (operator.isOrder() && !type.isOrdered()) {
      throw Mistake.of(
              "`" + operator.sign() + "` needs an order, but " + Terms.kindOf(type) + " has none")
          .hinting(type == Type.YES_NO ? "" : "compare with `==` or ask `in?`");
    }
    Expr first = Terms.expr(left, type);
    Expr second = Terms.expr(right, type);
    requirePossible(first, second);
    requirePossible(second, first);
    return Terms.yesNo(new Expr.Compare(operator, first, second));
  }

  /// A fact that can never have the value is a mistake: the condition would silently never hold.
  static void requirePossible(Expr asked, Expr constant) {
    if (asked instanceof Expr.FactRef(Fact fact) && constant instanceof Expr.Text(String value)) {
      requirePossible(fact, value);
    }
  }

  static void requirePossible(Fact fact, String value) {
    if (fact.canEqual(value)) {
      return;
    }
    List<String> choices = fact.choices();
    String expected =
        !choices.isEmpty()
            ? "one of " + String.join(", ", choices)
            : fact == Fact.COUNTRY
                ? "two capital letters (ISO 3166-1)"
                : HOSTS.contains(fact) ? "a name in lower case without a final dot" : "";
    String hint =
        !choices.isEmpty()
            ? Suggestion.didYouMean(value, choices)
            : fact == Fact.COUNTRY || HOSTS.contains(fact) ? upperOrLower(fact, value) : "";
    throw new Mistake("`" + fact.word() + "` is never \"" + value + '"', expected, hint);
  }

  static String upperOrLower(Fact fact, String value) {
    String other =
        fact == Fact.COUNTRY
            ? value.toUpperCase(java.util.Locale.ROOT)
            : value.toLowerCase(java.util.Locale.ROOT).replaceAll("\\.+$", "");
    return fact.canEqual(other) && !other.isEmpty() ? "write \"" + other + '"' : "";
  }

  static Mistake unlike(Term left, Term right) {
    Mistake mistake = Mistake.of("can't compare " + left.kind() + " with " + right.kind());
    if (left instanceof Term.Asked(_, Type type) && right instanceof Term.Known(Value value)) {
      return mistake.hinting(unlikeHint(type, value));
    }
    if (right instanceof Term.Asked(_, Type type) && left instanceof Term.Known(Value value)) {
      return mistake.hinting(unlikeHint(type, value));
    }
    return mistake;
  }

  static String unlikeHint(Type type, Value value) {
    boolean plain = Arithmetic.isNumber(value);
    return switch (type) {
      case DURATION -> plain ? "give the number a unit: `" + value.show() + ".ms`" : "";
      case SIZE -> plain ? "give the number a unit: `" + value.show() + ".kib`" : "";
      case RATE -> plain ? "give the number a unit: `" + value.show() + ".mbit`" : "";
      case TIME -> "write a time of day as \"22:00\"";
      case NUMBER -> value instanceof Text ? "write the number without quotes" : "";
      case TEXT -> value instanceof Items || value instanceof Between ? "ask `in?` for a list" : "";
      case ADDRESS ->
          value instanceof Text
              ? "write an address such as \"192.0.2.1\", or ask `in?` for a range"
              : "";
      case YES_NO -> "";
    };
  }

  static Expr comparable(Term term, Type type) {
    if (!Terms.fits(term, type)) {
      throw unlike(new Term.Asked(new Expr.Quantity(type, 0), type), term);
    }
    return Terms.exprOf(term, type);
  }
}
