package org.wormholes.rules.expr;

/// Compiles trees to hidden classes.
final class Bytecode {
  /// The largest tree that is compiled: the JIT leaves methods of more than 8,000 bytes alone, and
  /// a node takes about 15.
  static final int MAX_NODES = 500;

  private Bytecode() {}

  static boolean fits(Expr expr) {
    return Cost.nodes(expr, Expr.MAX_DEPTH) <= MAX_NODES;
  }

  static Predicate predicate(Expr condition) {
    return facts -> Interpreter.yesNo(condition, facts);
  }

  static Score score(Expr score) {
    return facts -> Interpreter.score(score, facts);
  }
}
