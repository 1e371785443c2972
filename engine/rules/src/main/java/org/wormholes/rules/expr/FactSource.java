package org.wormholes.rules.expr;

import org.jspecify.annotations.Nullable;

/// What an expression is evaluated against: it answers for each fact of its scope.
///
/// One method for each kind of value, so that nothing is boxed. A source is asked only for facts of
/// its own scope and by the method of the fact's type; anything else is an
/// [IllegalArgumentException]. Answers do not change during one evaluation.
public interface FactSource {
  /// The answer of [#quantity] for a duration nobody measured.
  double UNKNOWN_DURATION = Double.MAX_VALUE;

  /// A fact of type [Type#YES_NO].
  boolean yesNo(Fact fact);

  /// A fact of a quantity type (in the unit of [Type]) or of [Type#TIME] (second of the day).
  /// Finite.
  double quantity(Fact fact);

  /// A fact of type [Type#TEXT], at most [Fact#longest] characters.
  String text(Fact fact);

  /// A fact of type [Type#ADDRESS], or null when absent.
  @Nullable Address address(Fact fact);

  /// A fact of type [Type#YES_NO] about something.
  ///
  /// @param of its name; whoever does not know it says *no*
  default boolean yesNo(Fact fact, String of) {
    throw new IllegalArgumentException("there is no such `%s`".formatted(fact.word()));
  }

  /// A fact of a quantity type about something. Finite.
  ///
  /// @param of its name; whoever does not know it gives the value of what is unknown
  default double quantity(Fact fact, String of) {
    throw new IllegalArgumentException("there is no such `%s`".formatted(fact.word()));
  }

  /// A fact of type [Type#TEXT] about something, at most [Fact#longest] characters.
  ///
  /// @param of its name; whoever does not know it gives an empty string
  default String text(Fact fact, String of) {
    throw new IllegalArgumentException("there is no such `%s`".formatted(fact.word()));
  }
}
