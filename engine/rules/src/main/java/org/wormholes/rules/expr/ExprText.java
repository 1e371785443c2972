package org.wormholes.rules.expr;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Writes trees as a script would say them, for plans and explanations. Not meant to be read back.
public final class ExprText {
  private static final int MAX_SHOWN = 4;
  private static final double[] DAYS = {86_400, 3600, 60, 1, 0.001};
  private static final double[] BYTES = {1 << 30, 1 << 20, 1 << 10, 1};

  private ExprText() {}

  public static String of(Expr expr) {
    return switch (expr) {
      case Expr.YesNo(boolean value) -> value ? "true" : "false";
      case Expr.Quantity(Type type, double value) -> amount(type, value);
      case Expr.Text(String value) -> quoted(value);
      case Expr.Time(int second) -> quoted(time(second));
      case Expr.AddressLiteral(Address value) -> quoted(value.toString());
      case Expr.FactRef(Fact fact) -> fact.word();
      case Expr.FactOf(Fact fact, String of) -> fact.word() + "(" + quoted(of) + ")";
      case Expr.Not(Expr value) -> "!" + part(value);
      case Expr.And(List<Expr> all) -> joined(all, " && ");
      case Expr.Or(List<Expr> any) -> joined(any, " || ");
      case Expr.Choose(Expr condition, Expr then, Expr otherwise) ->
          part(condition) + " ? " + part(then) + " : " + part(otherwise);
      case Expr.Compare(Expr.Comparison operator, Expr left, Expr right) ->
          part(left) + " " + operator.sign() + " " + part(right);
      case Expr.Arithmetic arithmetic -> arithmetic(arithmetic);
      case Expr.Between(Expr value, Expr low, Expr high, boolean includesHigh) ->
          part(value) + ".in?(" + part(low) + (includesHigh ? ".." : "...") + part(high) + ")";
      case Expr.TimeWindow(Expr value, int from, int to, boolean includesEnd) ->
          part(value)
              + ".in?("
              + quoted(time(from))
              + (includesEnd ? ".." : "...")
              + quoted(time(to))
              + ")";
      case Expr.Member(Expr value, Members members) -> member(value, members);
      case Expr.Matches(Expr text, Regex pattern) -> part(text) + " =~ " + pattern;
      case Expr.TextTest(Expr.TextQuestion question, Expr text, Expr part) ->
          part(text) + "." + question.word() + "(" + of(part) + ")";
      case Expr.Length(Expr text) -> part(text) + ".length";
      case Expr.ByteSize(Expr text) -> part(text) + ".bytesize";
      case Expr.Downcase(Expr text) -> part(text) + ".downcase";
      case Expr.AddressTest(AddressKind kind, Expr address) -> part(address) + "." + kind.word();
    };
  }

  /// A child, in parentheses where it needs them.
  private static String part(Expr expr) {
    return switch (expr) {
      case Expr.And _, Expr.Or _, Expr.Choose _, Expr.Compare _, Expr.Matches _ ->
          "(" + of(expr) + ")";
      case Expr.Arithmetic _ -> "(" + of(expr) + ")";
      default -> of(expr);
    };
  }

  private static String joined(List<Expr> parts, String sign) {
    return parts.stream().map(ExprText::joinedPart).collect(Collectors.joining(sign));
  }

  /// Comparisons bind tighter than what joins them.
  private static String joinedPart(Expr expr) {
    return expr instanceof Expr.Compare ? of(expr) : part(expr);
  }

  private static String arithmetic(Expr.Arithmetic arithmetic) {
    String left = part(arithmetic.left());
    String right = part(arithmetic.right());
    String sign = arithmetic.operator().sign();
    return switch (arithmetic.operator()) {
      case MINIMUM, MAXIMUM -> "[" + left + ", " + right + "]." + sign;
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER -> left + " " + sign + " " + right;
    };
  }

  private static String member(Expr value, Members members) {
    return switch (members) {
      case DomainSet domains when domains.size() == 1 ->
          part(value) + ".under?(" + quoted(domains.values().getFirst()) + ")";
      case DomainSet domains -> part(value) + ".under?(" + shown(quoted(domains.values())) + ")";
      case TextSet texts -> part(value) + ".in?(" + shown(quoted(texts.values())) + ")";
      case AddressSet addresses ->
          part(value)
              + ".in?("
              + shown(addresses.ranges().stream().map(range -> quoted(range.toString())).toList())
              + ")";
      case QuantitySet amounts ->
          part(value)
              + ".in?("
              + shown(amounts.spans().stream().map(span -> span(amounts.type(), span)).toList())
              + ")";
    };
  }

  private static String span(Type type, QuantitySet.Span span) {
    String low = amount(type, span.low());
    return span.low() == span.high()
        ? low
        : low + (span.includesHigh() ? ".." : "...") + amount(type, span.high());
  }

  private static List<String> quoted(List<String> texts) {
    return texts.stream().map(ExprText::quoted).toList();
  }

  private static String shown(List<String> entries) {
    String first = entries.stream().limit(MAX_SHOWN).collect(Collectors.joining(", "));
    return entries.size() <= MAX_SHOWN
        ? "[" + first + "]"
        : "[" + first + ", and " + (entries.size() - MAX_SHOWN) + " more]";
  }

  private static String amount(Type type, double value) {
    return switch (type) {
      case DURATION -> scaled(value, new String[] {"days", "hours", "minutes", "s", "ms"}, DAYS);
      case SIZE -> scaled(value, new String[] {"gib", "mib", "kib", "bytes"}, BYTES);
      case RATE -> scaled(value, new String[] {"gib_s", "mib_s", "kib_s", "bytes_s"}, BYTES);
      default -> number(value);
    };
  }

  /// In the largest unit that leaves a whole number, or else the smallest.
  private static String scaled(double value, String[] units, double[] factors) {
    for (int i = 0; i < units.length; i++) {
      double scaled = value / factors[i];
      if ((value != 0 && Math.rint(scaled) == scaled) || i == units.length - 1) {
        return number(scaled) + "." + units[i];
      }
    }
    return number(value);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String time(int second) {
    String minutes = "%02d:%02d".formatted(second / 3600, second / 60 % 60);
    return second % 60 == 0 ? minutes : minutes + String.format(Locale.ROOT, ":%02d", second % 60);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
