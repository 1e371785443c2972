package org.wormholes.rules.write;

import java.util.List;
import java.util.OptionalInt;
import org.wormholes.rules.Table;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Predicate;
import org.wormholes.rules.expr.Predicates;

/// The clauses of a table's `write`, ready to run. Ends within [Table#MAX_COST] steps whatever the
/// write, and gives the same answer on every node. Thread-safe.
public final class WriteRule {
  private final List<Predicate> clauses;

  private WriteRule(List<Predicate> clauses) {
    this.clauses = clauses;
  }

  /// Compiled, for who stores: see [Predicates#compile].
  public static WriteRule compile(Table table) {
    return new WriteRule(table.write().stream().map(Predicates::compile).toList());
  }

  /// Interpreted, for one question.
  public static WriteRule interpret(Table table) {
    List<Expr> write = table.write();
    return new WriteRule(write.stream().map(Predicates::interpret).toList());
  }

  /// The number of the first clause that the write does not meet; empty where it meets all.
  public OptionalInt refusedBy(FactSource write) {
    for (int i = 0; i < clauses.size(); i++) {
      if (!clauses.get(i).test(write)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }
}
