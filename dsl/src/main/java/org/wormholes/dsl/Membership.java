package org.wormholes.dsl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.dsl.Value.Between;
import org.wormholes.dsl.Value.Items;
import org.wormholes.dsl.Value.Nothing;
import org.wormholes.dsl.Value.Text;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.TextQuestion;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.TextSet;
import org.wormholes.rules.expr.Type;

/// Questions whether a value is in a list, a range, a set of domains or a list file.
final class Membership {
  private static final List<String> WEEKDAYS = Fact.WEEKDAY.choices();

  private final Lists lists;

  Membership(Lists lists) {
    this.lists = lists;
  }

  Term include(String name, Term receiver, Term argument) {
    if (receiver instanceof Term.Known(Items _) || receiver instanceof Term.Known(Between _)) {
      return in(argument, receiver);
    }
    if (receiver instanceof Term.Asked(Expr text, Type type)
        && type == Type.TEXT
        && name.equals("include?")) {
      Expr part = Terms.expr(argument, Type.TEXT, "`include?` looks for text, but this is ");
      return Terms.yesNo(new Expr.TextTest(TextQuestion.CONTAINS, text, part));
    }
    throw Mistake.of("`" + name + "` can't be asked of " + receiver.kind());
  }

  Term in(Term asked, Term set) {
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
      case ADDRESS -> Terms.yesNo(new Expr.Member(expr, addresses(items)));
      case TIME -> inWindows(expr, items);
      case NUMBER, DURATION, SIZE, RATE -> inQuantities(expr, type, items);
      case YES_NO -> throw Mistake.of("`in?` can't be asked of a yes/no value");
    };
  }

  private static Term inTexts(Expr expr, List<Value> items) {
    List<String> texts = new ArrayList<>();
    for (Value item : items) {
      String text = Terms.textOf(item);
      if (text == null) {
        throw elementMismatch(item, "text");
      }
      if (expr instanceof Expr.FactRef(Fact fact)) {
        Comparing.requirePossible(fact, text);
      }
      Terms.requireLength(text);
      texts.add(text);
    }
    return texts.size() == 1
        ? Terms.yesNo(new Expr.Compare(Comparison.EQUAL, expr, new Expr.Text(texts.getFirst())))
        : Terms.yesNo(new Expr.Member(expr, TextSet.of(texts)));
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
    return Terms.yesNo(new Expr.Member(expr, QuantitySet.of(type, spans)));
  }

  private static double amount(Value value, Type type) {
    Expr literal = Terms.literal(value, type);
    if (literal instanceof Expr.Quantity(_, double amount)) {
      return amount;
    }
    throw elementMismatch(value, Terms.kindOf(type));
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
      any = Conditions.join("||", any, window(expr, range));
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
        throw Mistake.of("`in?` can't ask " + Terms.kindOf(type) + " for a range")
            .hinting(
                type == Type.ADDRESS
                    ? "write ranges of addresses as \"10.0.0.0/8\""
                    : "write a list");
      }
    };
  }

  private Term inQuantityRange(Expr expr, Type type, Between range) {
    Expr low =
        range.from() instanceof Nothing
            ? null
            : Comparing.comparable(Term.known(range.from()), type);
    Expr high =
        range.to() instanceof Nothing ? null : Comparing.comparable(Term.known(range.to()), type);
    Comparison end = range.excludesEnd() ? Comparison.LESS : Comparison.AT_MOST;
    if (low == null && high == null) {
      throw Mistake.of("the range has no ends");
    }
    if (low == null) {
      return Terms.yesNo(new Expr.Compare(end, expr, java.util.Objects.requireNonNull(high)));
    }
    if (high == null) {
      return Terms.yesNo(new Expr.Compare(Comparison.AT_LEAST, expr, low));
    }
    if (low instanceof Expr.Quantity(_, double from)
        && high instanceof Expr.Quantity(_, double to)) {
      requireAscending(from, to, range.excludesEnd(), range);
    }
    return Terms.yesNo(new Expr.Between(expr, low, high, !range.excludesEnd()));
  }

  private static List<Value> weekdays(Between range) {
    String from = Terms.textOf(range.from());
    String to = Terms.textOf(range.to());
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

  static Term window(Expr expr, Between range) {
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
    return Terms.yesNo(new Expr.TimeWindow(expr, from, to, !range.excludesEnd()));
  }

  private static int secondOfDay(Value value) {
    Integer second = value instanceof Text(String text) ? Clock.parse(text) : null;
    if (second == null) {
      throw new Mistake(
          "this is no time of day: " + value.show(), "hours and minutes, such as \"22:00\"", "");
    }
    return second;
  }

  static Term under(Expr expr, List<Term> arguments) {
    if (!isHost(expr)) {
      throw Mistake.of("`under?` asks about host names")
          .hinting("ask it of `host`, `sni` or `http_host`");
    }
    List<Value> given = Terms.constants("under?", arguments);
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
    return Terms.yesNo(new Expr.Member(expr, DomainSet.of(domains)));
  }

  private static boolean isHost(Expr expr) {
    return expr instanceof Expr.FactRef(Fact fact) && Comparing.isHost(fact);
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

  Term listed(Expr expr, List<Term> arguments) {
    List<Value> given = Terms.constants("listed?", arguments);
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
          Conditions.join(
              "||",
              any,
              Terms.yesNo(
                  new Expr.Member(expr, hosts ? lists.domains(file) : lists.addresses(file))));
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
}
