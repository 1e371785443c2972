package org.wormholes.rules.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Expr.Comparison;

/// The constructors of trees that flatten, fold constants and gather sets, so that what people
/// write for the same thing becomes the same tree: `a.any? { host.under? _1 }` over a hundred
/// thousand names is one look-up in one [DomainSet].
public final class Exprs {
  /// *Yes*, always: `otherwise`.
  public static final Expr YES = new Expr.YesNo(true);

  /// *No*, always.
  public static final Expr NO = new Expr.YesNo(false);

  private Exprs() {}

  /// `!value`.
  public static Expr not(Expr value) {
    return switch (value) {
      case Expr.YesNo(boolean known) -> yesNo(!known);
      case Expr.Not(Expr inner) -> inner;
      default -> new Expr.Not(value);
    };
  }

  /// All of them; *yes* where there are none.
  public static Expr all(List<Expr> conditions) {
    List<Expr> kept = new ArrayList<>();
    for (Expr condition : conditions) {
      if (condition.equals(NO)) {
        return NO;
      }
      switch (condition) {
        case Expr.YesNo _ -> {}
        case Expr.And(List<Expr> inner) -> kept.addAll(inner);
        default -> kept.add(condition);
      }
    }
    return switch (kept.size()) {
      case 0 -> YES;
      case 1 -> kept.getFirst();
      default -> new Expr.And(kept);
    };
  }

  public static Expr all(Expr... conditions) {
    return all(List.of(conditions));
  }

  /// At least one of them; *no* where there are none. Questions about the same value and constants
  /// are gathered into one set, at the place of the first.
  public static Expr any(List<Expr> conditions) {
    List<Expr> flat = new ArrayList<>();
    for (Expr condition : conditions) {
      if (condition.equals(YES)) {
        return YES;
      }
      switch (condition) {
        case Expr.YesNo _ -> {}
        case Expr.Or(List<Expr> inner) -> flat.addAll(inner);
        default -> flat.add(condition);
      }
    }
    List<Expr> kept = gathered(flat);
    return switch (kept.size()) {
      case 0 -> NO;
      case 1 -> kept.getFirst();
      default -> new Expr.Or(kept);
    };
  }

  public static Expr any(Expr... conditions) {
    return any(List.of(conditions));
  }

  /// None of them.
  public static Expr none(List<Expr> conditions) {
    return not(any(conditions));
  }

  /// `condition ? then : otherwise`.
  public static Expr choose(Expr condition, Expr then, Expr otherwise) {
    return condition instanceof Expr.YesNo(boolean known)
        ? known ? then : otherwise
        : new Expr.Choose(condition, then, otherwise);
  }

  /// The constant.
  public static Expr yesNo(boolean value) {
    return value ? YES : NO;
  }

  /// One group of questions about one value, answered by one kind of set.
  private static final class Group {
    final int place;
    final Expr original;
    final Expr.Member first;
    final List<Members> members = new ArrayList<>();

    Group(int place, Expr original, Expr.Member first) {
      this.place = place;
      this.original = original;
      this.first = first;
    }

    boolean takes(Expr.Member question) {
      return first.members().getClass() == question.members().getClass()
          && first.members().type() == question.members().type()
          && first.value().equals(question.value());
    }

    Expr gathered() {
      return members.size() == 1 ? original : new Expr.Member(first.value(), union(members));
    }
  }

  private static List<Expr> gathered(List<Expr> conditions) {
    List<@Nullable Expr> places = new ArrayList<>();
    List<Group> groups = new ArrayList<>();
    for (Expr condition : conditions) {
      Optional<Expr.Member> question = question(condition);
      if (question.isEmpty()) {
        places.add(condition);
        continue;
      }
      Group group = group(groups, question.get());
      if (group == null) {
        group = new Group(places.size(), condition, question.get());
        groups.add(group);
        places.add(null);
      }
      group.members.add(question.get().members());
    }
    groups.forEach(group -> places.set(group.place, group.gathered()));
    List<Expr> kept = new ArrayList<>();
    places.forEach(place -> kept.add(place == null ? NO : place));
    return kept;
  }

  private static @Nullable Group group(List<Group> groups, Expr.Member question) {
    for (Group group : groups) {
      if (group.takes(question)) {
        return group;
      }
    }
    return null;
  }

  /// The condition as a question to a set, where it is one.
  private static Optional<Expr.Member> question(Expr condition) {
    return switch (condition) {
      case Expr.Member member -> Optional.of(member);
      case Expr.Compare(Comparison operator, Expr value, Expr.Text(String text))
          when operator == Comparison.EQUAL ->
          Optional.of(new Expr.Member(value, TextSet.of(text)));
      case Expr.Compare(Comparison operator, Expr value, Expr.Quantity(Type type, double amount))
          when operator == Comparison.EQUAL -> {
        List<QuantitySet.Span> spans = List.of(QuantitySet.Span.of(amount));
        yield Optional.of(new Expr.Member(value, QuantitySet.of(type, spans)));
      }
      default -> Optional.empty();
    };
  }

  private static Members union(List<Members> sets) {
    return switch (sets.getFirst()) {
      case DomainSet _ -> DomainSet.union(only(sets, DomainSet.class));
      case TextSet _ ->
          TextSet.of(
              only(sets, TextSet.class).stream().flatMap(set -> set.values().stream()).toList());
      case AddressSet _ ->
          AddressSet.of(
              only(sets, AddressSet.class).stream().flatMap(set -> set.ranges().stream()).toList());
      case QuantitySet amounts ->
          QuantitySet.of(
              amounts.type(),
              only(sets, QuantitySet.class).stream().flatMap(set -> set.spans().stream()).toList());
    };
  }

  private static <T> List<T> only(List<Members> sets, Class<T> kind) {
    return sets.stream().map(kind::cast).toList();
  }
}
