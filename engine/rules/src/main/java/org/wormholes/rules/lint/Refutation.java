package org.wormholes.rules.lint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;

/// Proves that conditions can't hold together, whatever the facts: a semantic tableau (Smullyan,
/// 1968) whose branches close where [Known] sees that no value is left.
///
/// A proof is a proof; without one nothing is said, either because there are facts that meet the
/// conditions, or because it was not seen within [#MAX_STEPS].
final class Refutation {
  /// Most steps for one question.
  static final int MAX_STEPS = 20_000;

  private final Meaning meaning;
  private final Work whole;

  /// @param whole what may be spent on all questions together
  Refutation(Meaning meaning, Work whole) {
    this.meaning = meaning;
    this.whole = whole;
  }

  /// A condition and what it is to be.
  private record Wish(Expr condition, boolean yes) {}

  /// Whether it is proven that they never hold at once.
  boolean neverTogether(Expr... conditions) {
    return neverTogether(Arrays.asList(conditions));
  }

  /// The same for any number.
  boolean neverTogether(List<Expr> conditions) {
    if (whole.isOver()) {
      return false;
    }
    Work work = new Work(MAX_STEPS);
    Deque<Wish> wishes = new ArrayDeque<>();
    conditions.forEach(each -> wishes.add(new Wish(each, true)));
    boolean closed = new Branch(new Known(meaning, work), work, List.of()).closes(wishes);
    whole.spend(work.isOver() ? MAX_STEPS : conditions.size() * 10L);
    return closed && !work.isOver();
  }

  boolean isNever(Expr condition) {
    return neverTogether(condition);
  }

  boolean isAlways(Expr condition) {
    return neverTogether(Exprs.not(condition));
  }

  /// Whether it is proven that wherever the first holds, the second does.
  boolean implies(Expr condition, Expr consequence) {
    return neverTogether(condition, Exprs.not(consequence));
  }

  /// One way in which all might hold.
  private final class Branch {
    private final Known known;
    private final Work work;
    private final List<List<List<Wish>>> forks;

    Branch(Known known, Work work, List<List<List<Wish>>> forks) {
      this.known = known;
      this.work = work;
      this.forks = new ArrayList<>(forks);
    }

    /// Whether it leads nowhere.
    boolean closes(Deque<Wish> wishes) {
      if (!holds(wishes)) {
        return true;
      }
      while (!forks.isEmpty()) {
        List<List<Wish>> narrowest = List.of();
        int narrowestAt = -1;
        for (int i = 0; i < forks.size(); i++) {
          if (!work.spend(forks.get(i).size())) {
            return false;
          }
          List<List<Wish>> open = forks.get(i).stream().filter(this::isOpen).toList();
          if (open.isEmpty()) {
            return true;
          }
          if (narrowestAt < 0 || open.size() < narrowest.size()) {
            narrowest = open;
            narrowestAt = i;
          }
          if (open.size() == 1) {
            break;
          }
        }
        forks.remove(narrowestAt);
        if (narrowest.size() > 1) {
          return narrowest.stream().allMatch(this::closesWith);
        }
        if (!holds(new ArrayDeque<>(narrowest.getFirst()))) {
          return true;
        }
      }
      return false;
    }

    private boolean closesWith(List<Wish> way) {
      return !work.isOver() && new Branch(known.copy(), work, forks).closes(new ArrayDeque<>(way));
    }

    /// Whether a way is not closed by its questions alone.
    private boolean isOpen(List<Wish> way) {
      return new Branch(known.copy(), work, List.of()).holds(new ArrayDeque<>(way));
    }

    /// Takes in all that needs no choice.
    private boolean holds(Deque<Wish> wishes) {
      while (!wishes.isEmpty()) {
        if (!work.spend(1)) {
          return true;
        }
        Wish wish = wishes.pop();
        boolean yes = wish.yes();
        switch (wish.condition()) {
          case Expr.YesNo(boolean value) -> {
            if (value != yes) {
              return false;
            }
          }
          case Expr.Not(Expr value) -> wishes.push(new Wish(value, !yes));
          case Expr.And(List<Expr> all) -> join(all, yes, yes, wishes);
          case Expr.Or(List<Expr> any) -> join(any, yes, !yes, wishes);
          case Expr.Choose(Expr asked, Expr then, Expr otherwise) ->
              forks.add(
                  List.of(
                      List.of(new Wish(asked, true), new Wish(then, yes)),
                      List.of(new Wish(asked, false), new Wish(otherwise, yes))));
          default -> {
            Optional<Expr> instead = meaning.instead(wish.condition());
            if (instead.isPresent()) {
              wishes.push(new Wish(instead.get(), yes));
            } else if (!known.add(wish.condition(), yes)) {
              return false;
            }
          }
        }
      }
      return true;
    }

    private void join(List<Expr> parts, boolean yes, boolean together, Deque<Wish> wishes) {
      List<Wish> each = parts.stream().map(part -> new Wish(part, yes)).toList();
      if (together) {
        each.forEach(wishes::push);
      } else {
        forks.add(each.stream().map(List::of).toList());
      }
    }
  }
}
