package org.wormholes.rules.expr;

/// Makes conditions and scores ready to run: compiled to bytecode for what runs often, interpreted
/// for what runs seldom. Both give the same answers.
public final class Predicates {
  private Predicates() {}

  /// The condition, interpreted: ready at once. The tree must have passed [TypeChecker].
  public static Predicate interpret(Expr condition) {
    return facts -> Interpreter.yesNo(condition, facts);
  }

  /// The score, interpreted.
  public static Score interpretScore(Expr score) {
    return facts -> Interpreter.score(score, facts);
  }

  /// The condition, compiled: some hundred microseconds to make, a few nanoseconds to run. A tree
  /// of more than [Bytecode#MAX_NODES] nodes stays interpreted.
  public static Predicate compile(Expr condition) {
    return Bytecode.fits(condition) ? Bytecode.predicate(condition) : interpret(condition);
  }

  /// The score, compiled.
  public static Score compileScore(Expr score) {
    return Bytecode.fits(score) ? Bytecode.score(score) : interpretScore(score);
  }
}
