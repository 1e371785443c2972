package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Value.Between;
import org.wormholes.dsl.Value.Decimal;
import org.wormholes.dsl.Value.Items;
import org.wormholes.dsl.Value.Name;
import org.wormholes.dsl.Value.Nothing;
import org.wormholes.dsl.Value.Pattern;
import org.wormholes.dsl.Value.Text;
import org.wormholes.dsl.Value.Truth;
import org.wormholes.dsl.Value.Whole;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.Operation;
import org.wormholes.rules.expr.Expr.TextQuestion;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.Regex;
import org.wormholes.rules.expr.TextSet;
import org.wormholes.rules.expr.Type;
import org.wormholes.rules.expr.TypeChecker;

/// Makes expressions of the rule language out of what a condition says. Every mistake of types is
/// found here, in the words of the script.
final class Conditions {
  private static final List<String> WEEKDAYS = Fact.WEEKDAY.choices();

  private static final Set<Fact> HOSTS = EnumSet.of(Fact.HOST, Fact.SNI, Fact.HTTP_HOST);

  private final Lists lists;

  Conditions(Lists lists) {
    this.lists = lists;
  }

  static boolean isYesNo(Term term) {
    return switch (term) {
      case Term.Known(Truth _) -> true;
      case Term.Asked(_, Type type) -> type == Type.YES_NO;
      default -> false;
    };
  }

  /// Whether the word asks something that Ruby itself would not know.
  boolean isQuestion(String name) {
    return Question.named(name).isPresent();
  }

  // ---- joining

  /// `left && right` or `left || right`; both are yes/no.
  Term join(String operator, Term left, Term right) {
    boolean and = operator.equals("&&");
    if (left instanceof Term.Known(Truth(boolean yes))) {
      return yes == and ? right : left;
    }
    if (right instanceof Term.Known(Truth(boolean yes)) && yes == and) {
      return left;
    }
    Expr first = expr(left, Type.YES_NO);
    Expr second = expr(right, Type.YES_NO);
    return yesNo(and ? Exprs.all(first, second) : Exprs.any(first, second));
  }

  /// All or any of many conditions at once.
  Term joinAll(String operator, List<Term> terms) {
    boolean and = operator.equals("&&");
    List<Expr> exprs = new ArrayList<>();
    for (Term term : terms) {
      exprs.add(expr(term, Type.YES_NO));
    }
    return yesNo(and ? Exprs.all(exprs) : Exprs.any(exprs));
  }

  Term not(Term term) {
    return switch (term) {
      case Term.Known(Truth(boolean yes)) -> Term.truth(!yes);
      case Term.Asked(Expr expr, Type type) when type == Type.YES_NO -> yesNo(Exprs.not(expr));
      default -> throw Mistake.of("`!` turns a condition round, but this is " + term.kind());
    };
  }

  Term choose(Term condition, Term then, Term otherwise) {
    Type type = commonType(then, otherwise);
    if (type == null) {
      throw Mistake.of("the branches of this `if` are " + then.kind() + " and " + otherwise.kind())
          .hinting("give both branches the same kind of value");
    }
    return new Term.Asked(
        Exprs.choose(expr(condition, Type.YES_NO), expr(then, type), expr(otherwise, type)), type);
  }

  Term extreme(String name, Term left, Term right) {
    return arithmetic(name.equals("min") ? Operation.MINIMUM : Operation.MAXIMUM, left, right);
  }

  // ---- asking

  /// `receiver.name(arguments)` where not all of it is known now.
  Term ask(String name, Term receiver, List<Term> arguments) {
    Term binary = arguments.size() == 1 ? binary(name, receiver, arguments.getFirst()) : null;
    if (binary != null) {
      return binary;
    }
    if (name.equals("!") && arguments.isEmpty()) {
      return not(receiver);
    }
    if (name.equals("-@") && arguments.isEmpty()) {
      return negated(receiver);
    }
    return switch (receiver) {
      case Term.Asked(Expr expr, Type type) -> question(name, expr, type, arguments);
      default -> constantQuestion(name, receiver, arguments);
    };
  }

  private @Nullable Term binary(String name, Term left, Term right) {
    return switch (name) {
      case "==" -> compare(Comparison.EQUAL, left, right);
      case "!=" -> compare(Comparison.NOT_EQUAL, left, right);
      case "<" -> compare(Comparison.LESS, left, right);
      case "<=" -> compare(Comparison.AT_MOST, left, right);
      case ">" -> compare(Comparison.MORE, left, right);
      case ">=" -> compare(Comparison.AT_LEAST, left, right);
      case "+" -> arithmetic(Operation.ADD, left, right);
      case "-" -> arithmetic(Operation.SUBTRACT, left, right);
      case "*" -> arithmetic(Operation.MULTIPLY, left, right);
      case "/" -> arithmetic(Operation.DIVIDE, left, right);
      case "%" -> arithmetic(Operation.REMAINDER, left, right);
      case "=~", "match?", "match" -> matches(left, right);
      case "!~" -> not(matches(left, right));
      case "&", "|" -> bitwise(name, left, right);
      case "in?" -> in(left, right);
      case "include?", "member?", "cover?", "===" -> include(name, left, right);
      default -> null;
    };
  }

  private Term question(String name, Expr expr, Type type, List<Term> arguments) {
    Term result =
        switch (type) {
          case TEXT -> ofText(name, expr, arguments);
          case ADDRESS -> ofAddress(name, expr, arguments);
          case TIME -> ofTime(name, expr, arguments);
          case NUMBER, DURATION, SIZE, RATE -> ofQuantity(name, expr, type, arguments);
          case YES_NO -> null;
        };
    if (result == null) {
      throw unknown(name, expr, type).inName();
    }
    return result;
  }

  private @Nullable Term ofText(String name, Expr expr, List<Term> arguments) {
    return switch (name) {
      case "start_with?" -> anyOf(TextQuestion.STARTS_WITH, expr, arguments);
      case "end_with?" -> anyOf(TextQuestion.ENDS_WITH, expr, arguments);
      case "under?" -> under(expr, arguments);
      case "listed?" -> listed(expr, arguments);
      case "length", "size" ->
          bare(name, arguments, new Term.Asked(new Expr.Length(expr), Type.NUMBER));
      case "bytesize" -> bare(name, arguments, new Term.Asked(new Expr.ByteSize(expr), Type.SIZE));
      case "downcase" -> bare(name, arguments, new Term.Asked(new Expr.Downcase(expr), Type.TEXT));
      case "empty?" ->
          bare(name, arguments, yesNo(new Expr.Compare(Comparison.EQUAL, expr, new Expr.Text(""))));
      default -> null;
    };
  }

  private @Nullable Term ofAddress(String name, Expr expr, List<Term> arguments) {
    if (name.equals("listed?")) {
      return listed(expr, arguments);
    }
    for (AddressKind kind : AddressKind.values()) {
      if (kind.word().equals(name)) {
        return bare(name, arguments, yesNo(new Expr.AddressTest(kind, expr)));
      }
    }
    return null;
  }

  private @Nullable Term ofTime(String name, Expr expr, List<Term> arguments) {
    if (name.equals("between?")) {
      requireTwo(name, arguments);
      Value low = constant(name, arguments.get(0));
      Value high = constant(name, arguments.get(1));
      return window(expr, new Between(low, high, false));
    }
    return null;
  }

  private @Nullable Term ofQuantity(String name, Expr expr, Type type, List<Term> arguments) {
    Expr zero = new Expr.Quantity(type, 0);
    return switch (name) {
      case "zero?" -> bare(name, arguments, yesNo(new Expr.Compare(Comparison.EQUAL, expr, zero)));
      case "positive?" ->
          bare(name, arguments, yesNo(new Expr.Compare(Comparison.MORE, expr, zero)));
      case "negative?" ->
          bare(name, arguments, yesNo(new Expr.Compare(Comparison.LESS, expr, zero)));
      case "between?" -> {
        requireTwo(name, arguments);
        Expr low = comparable(arguments.get(0), type);
        yield yesNo(new Expr.Between(expr, low, comparable(arguments.get(1), type), true));
      }
      case "clamp" -> {
        requireTwo(name, arguments);
        Term low = new Term.Asked(comparable(arguments.get(0), type), type);
        yield extreme("max", low, extreme("min", new Term.Asked(expr, type), arguments.get(1)));
      }
      default -> null;
    };
  }

  private static void requireTwo(String name, List<Term> arguments) {
    if (arguments.size() != 2) {
      throw Mistake.of("`" + name + "` takes two ends, but was given " + arguments.size());
    }
  }

  private static Term bare(String name, List<Term> arguments, Term result) {
    if (!arguments.isEmpty()) {
      throw Mistake.of("`" + name + "` takes nothing");
    }
    return result;
  }

  private static Term constantQuestion(String name, Term receiver, List<Term> arguments) {
    Term asked =
        arguments.stream().filter(Term.Asked.class::isInstance).findFirst().orElse(receiver);
    Mistake mistake = Mistake.of("`" + name + "` can't be asked of " + receiver.kind());
    throw mistake.hinting(
        asked instanceof Term.Asked
            ? "put the fact first, as in `host." + name + " …`"
            : "ask it of a fact, such as `host` or `address`");
  }

  private static Mistake unknown(String name, Expr expr, Type type) {
    Set<String> known = new LinkedHashSet<>();
    Question.of(type).forEach(question -> known.add(question.name()));
    if (type == Type.TEXT && isAddressWord(name)) {
      return Mistake.of(described(expr, type) + " has no `" + name + "`")
          .hinting("ask it of the address: `address." + name + "`");
    }
    if (Units.named(name).isPresent()) {
      return Mistake.of(
              "`."
                  + name
                  + "` makes a quantity of a plain number, but this is "
                  + type.description())
          .hinting("put the unit on the constant: `latency < 80.ms`");
    }
    return new Mistake(
        described(expr, type) + " has no `" + name + "`",
        known.isEmpty() ? "" : "one of " + String.join(", ", known),
        Suggestion.didYouMean(name, known));
  }

  private static boolean isAddressWord(String name) {
    for (AddressKind kind : AddressKind.values()) {
      if (kind.word().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static String described(Expr expr, Type type) {
    return switch (expr) {
      case Expr.FactRef(Fact fact) -> "`" + fact.word() + "`";
      case Expr.FactOf(Fact fact, _) -> "`" + fact.word() + "`";
      default -> kindOf(type);
    };
  }

  /// The type as messages call it.
  static String kindOf(Type type) {
    return type == Type.TEXT ? "text" : type.description();
  }

  // ---- comparing

  private Term compare(Comparison operator, Term left, Term right) {
    Type type = commonType(left, right);
    if (type == null) {
      throw unlike(left, right);
    }
    if (operator.isOrder() && !type.isOrdered()) {
      throw Mistake.of(
              "`" + operator.sign() + "` needs an order, but " + kindOf(type) + " has none")
          .hinting(type == Type.YES_NO ? "" : "compare with `==` or ask `in?`");
    }
    Expr first = expr(left, type);
    Expr second = expr(right, type);
    requirePossible(first, second);
    requirePossible(second, first);
    return yesNo(new Expr.Compare(operator, first, second));
  }

  /// A fact that can never have the value is a mistake: the condition would silently never hold.
  private static void requirePossible(Expr asked, Expr constant) {
    if (asked instanceof Expr.FactRef(Fact fact) && constant instanceof Expr.Text(String value)) {
      requirePossible(fact, value);
    }
  }

  private static void requirePossible(Fact fact, String value) {
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

  private static String upperOrLower(Fact fact, String value) {
    String other =
        fact == Fact.COUNTRY
            ? value.toUpperCase(java.util.Locale.ROOT)
            : value.toLowerCase(java.util.Locale.ROOT).replaceAll("\\.+$", "");
    return fact.canEqual(other) && !other.isEmpty() ? "write \"" + other + '"' : "";
  }

  private static Mistake unlike(Term left, Term right) {
    Mistake mistake = Mistake.of("can't compare " + left.kind() + " with " + right.kind());
    if (left instanceof Term.Asked(_, Type type) && right instanceof Term.Known(Value value)) {
      return mistake.hinting(unlikeHint(type, value));
    }
    if (right instanceof Term.Asked(_, Type type) && left instanceof Term.Known(Value value)) {
      return mistake.hinting(unlikeHint(type, value));
    }
    return mistake;
  }

  private static String unlikeHint(Type type, Value value) {
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

  // ---- arithmetic

  private static Term arithmetic(Operation operator, Term left, Term right) {
    Type first = typeOf(left);
    Type second = typeOf(right);
    Optional<Type> result =
        first == null || second == null
            ? Optional.empty()
            : TypeChecker.combined(operator, first, second);
    if (first == null || second == null || result.isEmpty()) {
      throw Mistake.of(
              "`" + operator.sign() + "` can't join " + left.kind() + " and " + right.kind())
          .hinting(missingUnit(first, second));
    }
    return new Term.Asked(
        new Expr.Arithmetic(operator, exprOf(left, first), exprOf(right, second)), result.get());
  }

  private static String missingUnit(@Nullable Type left, @Nullable Type right) {
    boolean missing =
        (left == Type.NUMBER && right != null && right.isQuantity())
            || (right == Type.NUMBER && left != null && left.isQuantity());
    return missing ? "give the number a unit, such as `80.ms` or `4.kib`" : "";
  }

  private static Term negated(Term term) {
    Type type = typeOf(term);
    if (type == null || !type.isQuantity()) {
      throw Mistake.of("`-` can't turn " + term.kind() + " round");
    }
    return new Term.Asked(
        new Expr.Arithmetic(Operation.SUBTRACT, new Expr.Quantity(type, 0), exprOf(term, type)),
        type);
  }

  /// `a < 80.ms & b` means `a < (80.ms & b)`, which nobody means.
  private Term bitwise(String name, Term left, Term right) {
    String proper = name.equals("&") ? "&&" : "||";
    if (isYesNo(left) && isYesNo(right)) {
      return join(proper, left, right);
    }
    throw Mistake.of(
            "`"
                + name
                + "` joins "
                + left.kind()
                + " and "
                + right.kind()
                + ": `"
                + name
                + "` binds tighter than comparisons")
        .hinting("write `" + proper + "` or add parentheses");
  }

  // ---- sets

  private Term include(String name, Term receiver, Term argument) {
    if (receiver instanceof Term.Known(Items _) || receiver instanceof Term.Known(Between _)) {
      return in(argument, receiver);
    }
    if (receiver instanceof Term.Asked(Expr text, Type type)
        && type == Type.TEXT
        && name.equals("include?")) {
      Expr part = expr(argument, Type.TEXT, "`include?` looks for text, but this is ");
      return yesNo(new Expr.TextTest(TextQuestion.CONTAINS, text, part));
    }
    throw Mistake.of("`" + name + "` can't be asked of " + receiver.kind());
  }

  private Term in(Term asked, Term set) {
    if (!(set instanceof Term.Known(Value value))) {
      throw Mistake.of(
          "`in?` needs a list or a range of constants, but this is "
              + set.kind()
              + " that is asked for");
    }
    if (!(asked instanceof Term.Asked(Expr expr, Type type))) {
      throw Mistake.of("`in?` is asked of a fact, but this is " + asked.kind());
    }
    String kind = value.kind();
    return switch (value) {
      case Items(List<Value> items) when items.isEmpty() ->
          throw Mistake.of("the list is empty: nothing is ever in it");
      case Items(List<Value> items) -> inItems(expr, type, items);
      case Between range -> inRange(expr, type, range);
      case Text text when type == Type.ADDRESS -> inItems(expr, type, List.of(text));
      default ->
          throw new Mistake(
              "`in?` needs a list or a range, but this is " + kind,
              "",
              type == Type.TEXT
                  ? "write `==` for one value, or `%w[a b]` for a list"
                  : "write `==` for one value");
    };
  }

  private Term inItems(Expr expr, Type type, List<Value> items) {
    return switch (type) {
      case TEXT -> inTexts(expr, items);
      case ADDRESS -> yesNo(new Expr.Member(expr, addresses(items)));
      case TIME -> inWindows(expr, items);
      case NUMBER, DURATION, SIZE, RATE -> inQuantities(expr, type, items);
      case YES_NO -> throw Mistake.of("`in?` can't be asked of a yes/no value");
    };
  }

  private static Term inTexts(Expr expr, List<Value> items) {
    List<String> texts = new ArrayList<>();
    for (Value item : items) {
      String text = textOf(item);
      if (text == null) {
        throw elementMismatch(item, "text");
      }
      if (expr instanceof Expr.FactRef(Fact fact)) {
        requirePossible(fact, text);
      }
      requireLength(text);
      texts.add(text);
    }
    return texts.size() == 1
        ? yesNo(new Expr.Compare(Comparison.EQUAL, expr, new Expr.Text(texts.getFirst())))
        : yesNo(new Expr.Member(expr, TextSet.of(texts)));
  }

  private Term inQuantities(Expr expr, Type type, List<Value> items) {
    List<QuantitySet.Span> spans = new ArrayList<>();
    for (Value item : items) {
      if (item instanceof Between(Value from, Value to, boolean excludesEnd)) {
        double low = from instanceof Nothing ? -Double.MAX_VALUE : amount(from, type);
        double high = to instanceof Nothing ? Double.MAX_VALUE : amount(to, type);
        requireAscending(low, high, excludesEnd, item);
        spans.add(new QuantitySet.Span(low, high, !excludesEnd));
      } else {
        spans.add(QuantitySet.Span.of(amount(item, type)));
      }
    }
    return yesNo(new Expr.Member(expr, QuantitySet.of(type, spans)));
  }

  private static double amount(Value value, Type type) {
    Expr literal = literal(value, type);
    if (literal instanceof Expr.Quantity(_, double amount)) {
      return amount;
    }
    throw elementMismatch(value, kindOf(type));
  }

  private static Mistake elementMismatch(Value item, String wanted) {
    return Mistake.of(
        "the list has "
            + item.kind()
            + " ("
            + item.show()
            + "), where "
            + wanted
            + " is asked for");
  }

  private static void requireAscending(double low, double high, boolean excludesEnd, Value range) {
    if (low > high || (low == high && excludesEnd)) {
      throw Mistake.of("the range " + range.show() + " is empty")
          .hinting("write the smaller end first");
    }
  }

  private Term inWindows(Expr expr, List<Value> items) {
    Term any = Term.truth(false);
    for (Value item : items) {
      if (!(item instanceof Between range)) {
        throw elementMismatch(item, "a range of times");
      }
      any = join("||", any, window(expr, range));
    }
    return any;
  }

  private Term inRange(Expr expr, Type type, Between range) {
    return switch (type) {
      case TIME -> window(expr, range);
      case NUMBER, DURATION, SIZE, RATE -> inQuantityRange(expr, type, range);
      default -> {
        if (expr instanceof Expr.FactRef(Fact fact) && fact == Fact.WEEKDAY) {
          yield inTexts(expr, weekdays(range));
        }
        throw Mistake.of("`in?` can't ask " + kindOf(type) + " for a range")
            .hinting(
                type == Type.ADDRESS
                    ? "write ranges of addresses as \"10.0.0.0/8\""
                    : "write a list");
      }
    };
  }

  private Term inQuantityRange(Expr expr, Type type, Between range) {
    Expr low = range.from() instanceof Nothing ? null : comparable(Term.known(range.from()), type);
    Expr high = range.to() instanceof Nothing ? null : comparable(Term.known(range.to()), type);
    Comparison end = range.excludesEnd() ? Comparison.LESS : Comparison.AT_MOST;
    if (low == null && high == null) {
      throw Mistake.of("the range has no ends");
    }
    if (low == null) {
      return yesNo(new Expr.Compare(end, expr, java.util.Objects.requireNonNull(high)));
    }
    if (high == null) {
      return yesNo(new Expr.Compare(Comparison.AT_LEAST, expr, low));
    }
    if (low instanceof Expr.Quantity(_, double from)
        && high instanceof Expr.Quantity(_, double to)) {
      requireAscending(from, to, range.excludesEnd(), range);
    }
    return yesNo(new Expr.Between(expr, low, high, !range.excludesEnd()));
  }

  private static List<Value> weekdays(Between range) {
    String from = textOf(range.from());
    String to = textOf(range.to());
    int first = from == null ? -1 : WEEKDAYS.indexOf(from);
    int last = to == null ? -1 : WEEKDAYS.indexOf(to);
    if (first < 0 || last < 0) {
      throw new Mistake(
          "this is no range of days: " + range.show(), "days such as \"mon\"..\"fri\"", "");
    }
    List<Value> days = new ArrayList<>();
    for (int day = first; ; day = (day + 1) % WEEKDAYS.size()) {
      boolean end = day == last;
      if (!end || !range.excludesEnd()) {
        days.add(new Text(WEEKDAYS.get(day)));
      }
      if (end) {
        return days;
      }
    }
  }

  private static Term window(Expr expr, Between range) {
    int from = secondOfDay(range.from());
    int to = secondOfDay(range.to());
    if (from == to) {
      throw Mistake.of(
          "the window from "
              + range.from().show()
              + " to "
              + range.to().show()
              + " is empty or a whole day");
    }
    return yesNo(new Expr.TimeWindow(expr, from, to, !range.excludesEnd()));
  }

  private static int secondOfDay(Value value) {
    Integer second = value instanceof Text(String text) ? Clock.parse(text) : null;
    if (second == null) {
      throw new Mistake(
          "this is no time of day: " + value.show(), "hours and minutes, such as \"22:00\"", "");
    }
    return second;
  }

  private Term anyOf(TextQuestion question, Expr text, List<Term> arguments) {
    if (arguments.isEmpty()) {
      throw Mistake.of("`" + question.word() + "` needs the text to look for");
    }
    Term any = Term.truth(false);
    for (Term argument : arguments) {
      Expr part =
          expr(argument, Type.TEXT, "`" + question.word() + "` looks for text, but this is ");
      any = join("||", any, yesNo(new Expr.TextTest(question, text, part)));
    }
    return any;
  }

  private static Term under(Expr expr, List<Term> arguments) {
    if (!isHost(expr)) {
      throw Mistake.of("`under?` asks about host names")
          .hinting("ask it of `host`, `sni` or `http_host`");
    }
    List<Value> given = constants("under?", arguments);
    if (given.isEmpty()) {
      throw new Mistake("`under?` needs a domain", "`host.under? \"example.org\"`", "");
    }
    List<String> domains = new ArrayList<>();
    for (Value value : given) {
      if (!(value instanceof Text(String domain))) {
        throw Mistake.of("`under?` needs domains, but this is " + value.kind());
      }
      domains.add(requireDomain(domain));
    }
    return yesNo(new Expr.Member(expr, DomainSet.of(domains)));
  }

  private static boolean isHost(Expr expr) {
    return expr instanceof Expr.FactRef(Fact fact) && HOSTS.contains(fact);
  }

  static String requireDomain(String domain) {
    try {
      if (Address.parse(domain).isEmpty()) {
        DomainSet.of(domain);
        return domain;
      }
      throw new IllegalArgumentException("an address");
    } catch (IllegalArgumentException e) {
      String hint =
          domain.contains("://")
              ? "leave out the `" + domain.substring(0, domain.indexOf("://") + 3) + "`"
              : AddressRange.parse(domain).isPresent()
                  ? "addresses are asked with `address.in? \"" + domain + "\"`"
                  : "";
      throw new Mistake(
          "this is no domain: \"" + domain + '"',
          "a name such as \"example.org\" or \"onion\"",
          hint);
    }
  }

  private Term listed(Expr expr, List<Term> arguments) {
    List<Value> given = constants("listed?", arguments);
    if (given.isEmpty()) {
      throw new Mistake("`listed?` needs a file", "`host.listed? \"ads.txt\"`", "");
    }
    boolean hosts = isHost(expr);
    boolean addresses = expr instanceof Expr.FactRef(Fact fact) && fact == Fact.ADDRESS;
    if (!hosts && !addresses) {
      throw Mistake.of("`listed?` asks about hosts and addresses")
          .hinting("ask it of `host` or `address`");
    }
    Term any = Term.truth(false);
    for (Value value : given) {
      if (!(value instanceof Text(String file))) {
        throw Mistake.of("`listed?` needs the name of a file, but this is " + value.kind());
      }
      any =
          join(
              "||",
              any,
              yesNo(new Expr.Member(expr, hosts ? lists.domains(file) : lists.addresses(file))));
    }
    return any;
  }

  private static AddressSet addresses(List<Value> items) {
    List<AddressRange> ranges = new ArrayList<>();
    for (Value item : items) {
      if (!(item instanceof Text(String text))) {
        throw elementMismatch(item, "an address");
      }
      ranges.add(requireRange(text));
    }
    return AddressSet.of(ranges);
  }

  static AddressRange requireRange(String text) {
    try {
      Optional<AddressRange> range = AddressRange.parse(text);
      if (range.isPresent()) {
        return range.get();
      }
    } catch (IllegalArgumentException e) {
      throw Mistake.of("this is no range of addresses: \"" + text + '"')
          .hinting(String.valueOf(e.getMessage()));
    }
    throw new Mistake(
        "this is no address: \"" + text + '"',
        "an address or a range, such as \"192.0.2.1\" or \"10.0.0.0/8\"",
        "");
  }

  private static List<Value> constants(String name, List<Term> terms) {
    List<Value> values = new ArrayList<>();
    for (Term term : terms) {
      Value value = constant(name, term);
      if (value instanceof Items(List<Value> items)) {
        values.addAll(items);
      } else {
        values.add(value);
      }
    }
    return values;
  }

  private static Value constant(String name, Term term) {
    if (term instanceof Term.Known(Value value)) {
      return value;
    }
    throw Mistake.of(
        "`" + name + "` needs constants, but this is " + term.kind() + " that is asked for");
  }

  // ---- regular expressions

  private static Term matches(Term left, Term right) {
    Term text = right instanceof Term.Asked ? right : left;
    Term pattern = right instanceof Term.Asked ? left : right;
    if (!(text instanceof Term.Asked(Expr expr, Type type)) || type != Type.TEXT) {
      throw Mistake.of("a regular expression is matched against text, but this is " + text.kind());
    }
    if (!(pattern instanceof Term.Known(Pattern regex))) {
      throw new Mistake(
          "`=~` needs a regular expression, but this is " + pattern.kind(), "`host =~ /…/`", "");
    }
    if (regex.extended()) {
      throw Mistake.of("regular expressions with `/x` are not known")
          .hinting("write it without spaces");
    }
    Optional<Regex.Fault> fault = Regex.fault(regex.source());
    if (fault.isPresent()) {
      throw Mistake.of("this regular expression can't be used: " + fault.get().message());
    }
    return yesNo(
        new Expr.Matches(expr, Regex.of(regex.source(), regex.ignoresCase(), regex.multiline())));
  }

  // ---- terms to expressions

  /// The type both sides have, with constants read as what the other side asks for; null when they
  /// have none in common.
  private static @Nullable Type commonType(Term left, Term right) {
    if (left instanceof Term.Asked(_, Type type)) {
      return fits(right, type) ? type : null;
    }
    if (right instanceof Term.Asked(_, Type type)) {
      return fits(left, type) ? type : null;
    }
    Type type = typeOf(left);
    return type != null && fits(right, type) ? type : null;
  }

  private static boolean fits(Term term, Type type) {
    return switch (term) {
      case Term.Asked(_, Type own) -> own == type;
      case Term.Known(Value value) -> literal(value, type) != null;
      case Term.Facts _ -> false;
    };
  }

  static @Nullable Type typeOf(Term term) {
    return switch (term) {
      case Term.Asked(_, Type type) -> type;
      case Term.Known(Value value) ->
          switch (value) {
            case Whole _, Decimal _ -> Type.NUMBER;
            case Value.Span _ -> Type.DURATION;
            case Value.Size _ -> Type.SIZE;
            case Value.Rate _ -> Type.RATE;
            case Text _, Name _ -> Type.TEXT;
            case Truth _ -> Type.YES_NO;
            default -> null;
          };
      case Term.Facts _ -> null;
    };
  }

  private Expr comparable(Term term, Type type) {
    if (!fits(term, type)) {
      throw unlike(new Term.Asked(new Expr.Quantity(type, 0), type), term);
    }
    return exprOf(term, type);
  }

  static Expr expr(Term term, Type type) {
    return expr(term, type, kindOf(type) + " is needed, but this is ");
  }

  private static Expr expr(Term term, Type type, String otherwise) {
    if (!fits(term, type)) {
      throw Mistake.of(otherwise + term.kind());
    }
    return exprOf(term, type);
  }

  private static Expr exprOf(Term term, Type type) {
    Expr expr =
        switch (term) {
          case Term.Asked(Expr asked, _) -> asked;
          case Term.Known(Value value) -> literal(value, type);
          case Term.Facts _ -> null;
        };
    if (expr == null) {
      throw new IllegalStateException("no " + type + " in " + term);
    }
    return expr;
  }

  /// The constant as an expression of the type, or null where it is none.
  static @Nullable Expr literal(Value value, Type type) {
    return switch (type) {
      case YES_NO -> value instanceof Truth(boolean yes) ? new Expr.YesNo(yes) : null;
      case NUMBER ->
          Arithmetic.isNumber(value) ? Expr.Quantity.number(Arithmetic.asDouble(value)) : null;
      case DURATION ->
          value instanceof Value.Span(long nanos)
              ? Expr.Quantity.duration(java.time.Duration.ofNanos(nanos))
              : null;
      case SIZE ->
          value instanceof Value.Size(long bytes) ? Expr.Quantity.bytes((double) bytes) : null;
      case RATE ->
          value instanceof Value.Rate(long bytes)
              ? Expr.Quantity.bytesPerSecond((double) bytes)
              : null;
      case TEXT -> {
        String text = textOf(value);
        if (text == null) {
          yield null;
        }
        requireLength(text);
        yield new Expr.Text(text);
      }
      case TIME -> {
        Integer second = value instanceof Text(String text) ? Clock.parse(text) : null;
        yield second == null ? null : new Expr.Time(second);
      }
      case ADDRESS ->
          value instanceof Text(String text)
              ? Address.parse(text).map(Expr.AddressLiteral::new).orElse(null)
              : null;
    };
  }

  private static void requireLength(String text) {
    if (text.length() > Expr.MAX_TEXT) {
      throw Mistake.of(
          "the text has "
              + text.length()
              + " characters, at most "
              + Expr.MAX_TEXT
              + " can be compared");
    }
  }

  private static @Nullable String textOf(Value value) {
    return switch (value) {
      case Text(String text) -> text;
      case Name(String name) -> name;
      default -> null;
    };
  }

  private static Term yesNo(Expr expr) {
    return expr instanceof Expr.YesNo(boolean yes)
        ? Term.truth(yes)
        : new Term.Asked(expr, Type.YES_NO);
  }
}
