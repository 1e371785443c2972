package org.wormholes.rules.lint;

import java.util.List;
import java.util.Optional;
import org.wormholes.rules.expr.Expr;

/// What questions mean beyond themselves, in the place where a condition stands.
interface Meaning {
  /// Conditions taken by themselves.
  Meaning PLAIN =
      new Meaning() {
        @Override
        public Optional<Expr> instead(Expr question) {
          return Optional.empty();
        }

        @Override
        public List<String> choices(Expr subject) {
          return List.of();
        }
      };

  /// A condition that says the same as the question.
  Optional<Expr> instead(Expr question);

  /// The only values a string can have; empty where it can have any, or those are known otherwise.
  List<String> choices(Expr subject);
}
