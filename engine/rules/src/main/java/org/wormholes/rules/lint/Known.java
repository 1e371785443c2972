package org.wormholes.rules.lint;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.TextSet;

/// What the answers to some questions say about values: which amounts, strings and addresses are
/// left for each. Forgets what it cannot use, so it may miss a contradiction but never sees one
/// that is none.
final class Known {
  /// How two values compare.
  private enum Order {
    LESS,
    SAME,
    MORE
  }

  private record Two(Expr left, Expr right) {}

  private final Meaning meaning;
  private final Work work;
  private final Map<Expr, Boolean> answers;
  private final Map<Expr, Spans> amounts;
  private final Map<Expr, TextLimits> texts;
  private final Map<Expr, AddressLimits> addresses;
  private final Map<Two, Set<Order>> orders;

  Known(Meaning meaning, Work work) {
    this.meaning = meaning;
    this.work = work;
    answers = new HashMap<>();
    amounts = new HashMap<>();
    texts = new HashMap<>();
    addresses = new HashMap<>();
    orders = new HashMap<>();
  }

  private Known(Known other) {
    meaning = other.meaning;
    work = other.work;
    answers = new HashMap<>(other.answers);
    amounts = new HashMap<>(other.amounts);
    texts = new HashMap<>(other.texts);
    addresses = new HashMap<>(other.addresses);
    orders = new HashMap<>(other.orders);
  }

  Known copy() {
    return new Known(this);
  }

  /// Takes in the answer to a question that is not joined of others.
  ///
  /// @return whether it can be so together with all that came before
  boolean add(Expr question, boolean yes) {
    return switch (question) {
      case Expr.Compare compare -> compare(compare, yes);
      case Expr.Between(
              Expr value,
              Expr.Quantity(_, double low),
              Expr.Quantity(_, double high),
              boolean includesHigh) ->
          amount(value, Spans.of(low, high, includesHigh), yes);
      case Expr.TimeWindow(Expr value, int from, int to, boolean includesEnd) ->
          amount(value, Spans.window(from, to, includesEnd), yes);
      case Expr.Member(Expr value, QuantitySet set) -> amount(value, Spans.of(set), yes);
      case Expr.Member(Expr value, AddressSet set) -> address(value, set, yes);
      case Expr.Member(Expr value, TextSet _) -> text(value, question, yes);
      case Expr.Member(Expr value, DomainSet _) -> text(value, question, yes);
      case Expr.Matches(Expr text, _) -> text(text, question, yes);
      case Expr.TextTest(_, Expr text, Expr.Text _) -> text(text, question, yes);
      case Expr.AddressTest(AddressKind kind, Expr value) -> address(value, kind, yes);
      default -> answer(question, yes);
    };
  }

  private boolean answer(Expr question, boolean yes) {
    Boolean before = answers.putIfAbsent(question, yes);
    return before == null || before == yes;
  }

  private boolean compare(Expr.Compare compare, boolean yes) {
    Comparison operator = compare.operator();
    if (operator == Comparison.NOT_EQUAL) {
      return compare(new Expr.Compare(Comparison.EQUAL, compare.left(), compare.right()), !yes);
    }
    if (isConstant(compare.left()) && !isConstant(compare.right())) {
      return compare(new Expr.Compare(turned(operator), compare.right(), compare.left()), yes);
    }
    return switch (compare.right()) {
      case Expr.Quantity(_, double bound) ->
          amount(compare.left(), Spans.comparing(operator, bound), yes);
      case Expr.Time(int second) -> amount(compare.left(), Spans.comparing(operator, second), yes);
      case Expr.Text _ -> text(compare.left(), compare, yes);
      case Expr.AddressLiteral(var address) ->
          address(compare.left(), AddressLimits.equalTo(address), yes);
      default -> order(compare, yes);
    };
  }

  static boolean isConstant(Expr expr) {
    return switch (expr) {
      case Expr.YesNo _, Expr.Quantity _, Expr.Text _, Expr.Time _, Expr.AddressLiteral _ -> true;
      default -> false;
    };
  }

  private static Comparison turned(Comparison operator) {
    return switch (operator) {
      case LESS -> Comparison.MORE;
      case AT_MOST -> Comparison.AT_LEAST;
      case MORE -> Comparison.LESS;
      case AT_LEAST -> Comparison.AT_MOST;
      case EQUAL, NOT_EQUAL -> operator;
    };
  }

  private boolean order(Expr.Compare compare, boolean yes) {
    Set<Order> asked =
        switch (compare.operator()) {
          case LESS -> EnumSet.of(Order.LESS);
          case AT_MOST -> EnumSet.of(Order.LESS, Order.SAME);
          case MORE -> EnumSet.of(Order.MORE);
          case AT_LEAST -> EnumSet.of(Order.MORE, Order.SAME);
          case EQUAL -> EnumSet.of(Order.SAME);
          case NOT_EQUAL -> EnumSet.of(Order.LESS, Order.MORE);
        };
    Set<Order> left =
        orders.computeIfAbsent(
            new Two(compare.left(), compare.right()), _ -> EnumSet.allOf(Order.class));
    Set<Order> next = EnumSet.copyOf(left);
    if (yes) {
      next.retainAll(asked);
    } else {
      next.removeAll(asked);
    }
    orders.put(new Two(compare.left(), compare.right()), next);
    return !next.isEmpty();
  }

  private boolean amount(Expr subject, Spans spans, boolean yes) {
    if (!work.spend(spans.size())) {
      return true;
    }
    Spans before = amounts.get(subject);
    Spans left = (before == null ? possible(subject) : before).and(yes ? spans : spans.others());
    Spans kept = isWhole(subject) ? left.whole() : left;
    amounts.put(subject, kept);
    return !kept.isEmpty();
  }

  private static boolean isWhole(Expr subject) {
    return switch (subject) {
      case Expr.FactRef(Fact fact) -> fact == Fact.PORT || fact == Fact.TIME;
      case Expr.Length _, Expr.ByteSize _ -> true;
      default -> false;
    };
  }

  /// All that a value can be.
  private static Spans possible(Expr subject) {
    return switch (subject) {
      case Expr.Quantity(_, double value) -> Spans.of(value, value);
      case Expr.Time(int second) -> Spans.of(second, second);
      case Expr.FactRef(Fact fact) ->
          switch (fact) {
            case PORT -> Spans.of(0, 65_535);
            case TIME -> Spans.of(0, 86_399);
            case LATENCY, UPTIME -> Spans.of(0, Double.MAX_VALUE);
            default -> Spans.ALL;
          };
      case Expr.Length _, Expr.ByteSize _ -> Spans.of(0, Double.MAX_VALUE);
      default -> Spans.ALL;
    };
  }

  private boolean text(Expr subject, Expr question, boolean yes) {
    TextLimits before = texts.get(subject);
    if (before == null) {
      before =
          subject instanceof Expr.Text(String value)
              ? new TextLimits(List.of(value), null, List.of())
              : TextLimits.of(subject, meaning.choices(subject));
    }
    @Nullable TextLimits after = before.with(question, yes, work);
    if (after == null) {
      return false;
    }
    texts.put(subject, after);
    return answer(question, yes);
  }

  private boolean address(Expr subject, AddressSet set, boolean yes) {
    AddressLimits before = addresses.getOrDefault(subject, AddressLimits.NONE);
    @Nullable AddressLimits after = before.with(set, yes, work);
    if (after != null) {
      addresses.put(subject, after);
    }
    return after != null;
  }

  private boolean address(Expr subject, AddressKind kind, boolean yes) {
    AddressLimits before = addresses.getOrDefault(subject, AddressLimits.NONE);
    @Nullable AddressLimits after = before.with(kind, yes, work);
    if (after != null) {
      addresses.put(subject, after);
    }
    return after != null;
  }
}
