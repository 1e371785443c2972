package org.wormholes.rules;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprText;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.Type;

/// A fact that is taken to have a value: of a flow made up to try the routes on, or of the world a
/// plan is made for.
///
/// @param asked the fact as conditions ask for it
/// @param value a constant of the fact's type, one the fact can have
public record Given(Expr asked, Expr value) {
  /// The order in which they stand.
  public static final Comparator<Given> ORDER =
      Comparator.<Given>comparingInt(given -> given.fact().id()).thenComparing(Given::of);

  public Given {
    Fact fact = factOf(asked);
    if (!isGivable(fact)) {
      throw new IllegalArgumentException("`%s` can't be given".formatted(fact.word()));
    }
    boolean fits =
        switch (value) {
          case Expr.YesNo _ -> fact.type() == Type.YES_NO;
          case Expr.Quantity(Type type, double amount) -> fact.type() == type && amount >= 0;
          case Expr.Text(String text) -> fact.type() == Type.TEXT && fact.canEqual(text);
          default -> false;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "`%s` can't be `%s`".formatted(ExprText.of(asked), ExprText.of(value)));
    }
  }

  /// @param of what the fact is about, empty for one that is asked as it is
  public static Given of(Fact fact, String of, Expr value) {
    if (!fact.isAbout() && !of.isEmpty()) {
      throw new IllegalArgumentException("`%s` is not about anything".formatted(fact.word()));
    }
    return new Given(fact.isAbout() ? new Expr.FactOf(fact, of) : new Expr.FactRef(fact), value);
  }

  public static Given yesNo(Fact fact, String of, boolean value) {
    return of(fact, of, new Expr.YesNo(value));
  }

  public static Given text(Fact fact, String value) {
    return of(fact, "", new Expr.Text(value));
  }

  /// Whether it makes sense to give this fact: what is seen of a flow beside its destination, and
  /// what is live. Marks are given by routes alone.
  public static boolean isGivable(Fact fact) {
    return fact.isIn(Scope.FLOW)
        && switch (fact) {
          case HOST, PORT, ADDRESS, PROTOCOL, USER, ENTRY, TIME, WEEKDAY, MARKED -> false;
          default -> true;
        };
  }

  /// What is given for the fact, if it is among them.
  static Optional<Given> find(List<Given> given, Fact fact, String of) {
    for (Given each : given) {
      if (each.fact() == fact && each.of().equals(of)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  public Fact fact() {
    return factOf(asked);
  }

  /// What the fact is about, empty for one that is asked as it is.
  public String of() {
    return asked instanceof Expr.FactOf(_, String of) ? of : "";
  }

  private static Fact factOf(Expr asked) {
    return switch (asked) {
      case Expr.FactRef(Fact fact) -> fact;
      case Expr.FactOf(Fact fact, _) -> fact;
      default ->
          throw new IllegalArgumentException(
              "only a fact can be given, not `%s`".formatted(ExprText.of(asked)));
    };
  }

  /// As in `metered? = true`.
  @Override
  public String toString() {
    return ExprText.of(asked) + " = " + ExprText.of(value);
  }
}
