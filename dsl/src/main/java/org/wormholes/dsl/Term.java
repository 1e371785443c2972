package org.wormholes.dsl;

import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.Type;

/// What a piece of a script stands for: something known now, or something asked when the rule
/// decides.
sealed interface Term {
  record Known(Value value) implements Term {}

  record Asked(Expr expr, Type type) implements Term {}

  /// The parameter of a condition's block, as in `only { |relay| relay.latency < 80.ms }`.
  record Facts(Scope scope) implements Term {}

  static Term nothing() {
    return new Known(Value.Nothing.VALUE);
  }

  static Term known(Value value) {
    return new Known(value);
  }

  static Term truth(boolean yes) {
    return new Known(Value.truth(yes));
  }

  /// The kind of thing, with its article, for messages.
  default String kind() {
    return switch (this) {
      case Known(Value value) -> value.kind();
      case Asked(_, Type type) -> Terms.kindOf(type);
      case Facts(Scope scope) -> scope.description();
    };
  }
}
