package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.TextQuestion;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.TextSet;

/// What is known of one string. Immutable.
///
/// @param candidates the only values it can have; null while they are without number
/// @param domains the domains one of which it is under; null where nothing says so
/// @param said the answers to questions about it
record TextLimits(
    @Nullable List<String> candidates, @Nullable List<String> domains, List<Said> said) {
  /// An answer to a question about the string.
  record Said(Expr question, boolean yes) {
    /// Whether it leaves nothing of a domain and what is under it.
    boolean rulesOut(String domain) {
      return switch (question) {
        case Expr.Member(_, DomainSet set) -> !yes && set.contains(domain);
        case Expr.TextTest(TextQuestion how, _, Expr.Text(String end))
            when how == TextQuestion.ENDS_WITH ->
            yes ? !domain.endsWith(end) && !end.endsWith(domain) : domain.endsWith(end);
        case Expr.TextTest(TextQuestion how, _, Expr.Text(String part))
            when how == TextQuestion.CONTAINS ->
            !yes && domain.contains(part);
        default -> false;
      };
    }
  }

  /// @param subject the string
  /// @param choices the only values it can have, empty where it can have any
  static TextLimits of(Expr subject, List<String> choices) {
    List<String> known =
        subject instanceof Expr.FactRef(Fact fact) && choices.isEmpty() ? fact.choices() : choices;
    return new TextLimits(known.isEmpty() ? null : known, null, List.of());
  }

  /// With one more answer.
  ///
  /// @return null where no string is left
  @Nullable TextLimits with(Expr question, boolean yes, Work work) {
    List<Said> all = new ArrayList<>(said);
    all.add(new Said(question, yes));
    List<String> left = candidates;
    if (left != null) {
      if (!work.spend(left.size())) {
        return this;
      }
      left = left.stream().filter(value -> !denies(question, value, yes)).toList();
    } else if (yes) {
      left = values(question);
      if (left != null) {
        if (!work.spend((long) left.size() * all.size())) {
          return this;
        }
        left = left.stream().filter(value -> isPossible(value, all)).toList();
      }
    }
    if (left != null) {
      return left.isEmpty() ? null : new TextLimits(left, null, all);
    }
    List<String> under = domains;
    if (yes && question instanceof Expr.Member(_, DomainSet set)) {
      if (!work.spend((long) set.size() + (under == null ? 0 : under.size()))) {
        return this;
      }
      under = under == null ? set.values() : common(under, set);
    }
    if (under != null) {
      if (!work.spend((long) under.size() * all.size())) {
        return this;
      }
      under =
          under.stream()
              .filter(domain -> all.stream().noneMatch(it -> it.rulesOut(domain)))
              .toList();
      if (under.isEmpty()) {
        return null;
      }
    }
    TextLimits limits = new TextLimits(null, under, all);
    return contradicts(question, yes, work) ? null : limits;
  }

  /// Whether an earlier answer about a part of the string contradicts this one.
  private boolean contradicts(Expr question, boolean yes, Work work) {
    if (!(question instanceof Expr.TextTest(TextQuestion how, _, Expr.Text(String part)))) {
      return false;
    }
    work.spend(said.size());
    for (Said each : said) {
      if (each.question() instanceof Expr.TextTest(TextQuestion other, _, Expr.Text(String text))) {
        boolean against =
            (yes && each.yes())
                ? apart(how, part, other, text)
                : yes != each.yes()
                    && (yes ? settles(how, part, other, text) : settles(other, text, how, part));
        if (against) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether no string has both.
  private static boolean apart(TextQuestion a, String x, TextQuestion b, String y) {
    if (a != b) {
      return false;
    }
    return switch (a) {
      case STARTS_WITH -> !x.startsWith(y) && !y.startsWith(x);
      case ENDS_WITH -> !x.endsWith(y) && !y.endsWith(x);
      case CONTAINS -> false;
    };
  }

  /// Whether every string that has the first has the second.
  private static boolean settles(TextQuestion a, String x, TextQuestion b, String y) {
    return switch (b) {
      case STARTS_WITH -> (a == b && x.startsWith(y)) || y.isEmpty();
      case ENDS_WITH -> (a == b && x.endsWith(y)) || y.isEmpty();
      case CONTAINS -> x.contains(y);
    };
  }

  private static boolean isPossible(String value, List<Said> all) {
    return all.stream().noneMatch(it -> denies(it.question(), value, it.yes()));
  }

  /// The values that a question leaves when the answer is *yes*.
  private static @Nullable List<String> values(Expr question) {
    return switch (question) {
      case Expr.Member(_, TextSet set) -> set.values();
      case Expr.Compare(Comparison operator, _, Expr.Text(String value))
          when operator == Comparison.EQUAL ->
          List.of(value);
      default -> null;
    };
  }

  /// Whether the answer for this value would be another one.
  private static boolean denies(Expr question, String value, boolean yes) {
    return switch (question) {
      case Expr.Member(_, TextSet set) -> set.contains(value) != yes;
      case Expr.Member(_, DomainSet set) -> set.contains(value) != yes;
      case Expr.Compare(Comparison operator, _, Expr.Text(String other))
          when operator == Comparison.EQUAL ->
          value.equals(other) != yes;
      case Expr.Matches(_, var pattern) -> pattern.isFoundIn(value) != yes;
      case Expr.TextTest(TextQuestion how, _, Expr.Text(String part)) ->
          switch (how) {
                case STARTS_WITH -> value.startsWith(part);
                case ENDS_WITH -> value.endsWith(part);
                case CONTAINS -> value.contains(part);
              }
              != yes;
      default -> false;
    };
  }

  private static List<String> common(List<String> names, DomainSet set) {
    List<String> both = new ArrayList<>(names.stream().filter(set::contains).toList());
    DomainSet first = DomainSet.of(names);
    for (String name : set.values()) {
      if (first.contains(name) && !both.contains(name)) {
        both.add(name);
      }
    }
    return both;
  }
}
