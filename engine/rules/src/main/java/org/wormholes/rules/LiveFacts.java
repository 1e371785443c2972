package org.wormholes.rules;

import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

/// Answers for the facts that are about the world now ([Fact#isLive]): the runtime, which measures
/// them, or a list of what somebody takes them to be. Asked only for those, and only where a rule
/// does.
public interface LiveFacts {
  /// Knows nothing.
  LiveFacts UNKNOWN =
      new LiveFacts() {
        @Override
        public boolean yesNo(Fact fact, String of) {
          return false;
        }

        @Override
        public double quantity(Fact fact, String of) {
          return FactSource.UNKNOWN_DURATION;
        }
      };

  /// A fact that is a yes/no value.
  ///
  /// @param of what it is about, empty for a fact that is asked as it is
  boolean yesNo(Fact fact, String of);

  /// A fact that is an amount, in the unit of its type; finite.
  double quantity(Fact fact, String of);

  /// These facts, where some are taken to have other values.
  default LiveFacts with(List<Given> given) {
    if (given.isEmpty()) {
      return this;
    }
    LiveFacts others = this;
    return new LiveFacts() {
      @Override
      public boolean yesNo(Fact fact, String of) {
        Optional<Given> found = Given.find(given, fact, of);
        return found.isPresent() ? found.get().value().equals(Exprs.YES) : others.yesNo(fact, of);
      }

      @Override
      public double quantity(Fact fact, String of) {
        Optional<Given> found = Given.find(given, fact, of);
        return found.isPresent() && found.get().value() instanceof Expr.Quantity(_, double amount)
            ? amount
            : others.quantity(fact, of);
      }
    };
  }
}
