package org.wormholes.rules.expr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Compiled and interpreted expressions give the same answers, and are total.
class PredicatesProperties {
  private static final int TREES = 1500;
  private static final int FACTS = 8;

  @ParameterizedTest
  @EnumSource(Scope.class)
  void compiledConditionsAgreeWithInterpretedOnes(Scope scope) {
    int yes = 0;
    int total = 0;
    for (long seed = 0; seed < TREES; seed++) {
      Expr condition = new ExprGenerator(seed, scope).condition(2 + (int) (seed % 5));
      if (!TypeChecker.conditionProblems(condition, scope).isEmpty()) {
        continue; // a string that a fact can never have
      }
      Predicate compiled = Predicates.compile(condition);
      for (int i = 0; i < FACTS; i++) {
        FactSource facts = ExprGenerator.facts(seed * FACTS + i);
        boolean expected = Interpreter.yesNo(condition, facts);
        assertThat(compiled.test(facts))
            .as("seed %d facts %d: %s", seed, i, condition)
            .isEqualTo(expected);
        yes += expected ? 1 : 0;
        total++;
      }
    }
    assertThat(total).as("most trees are well-typed").isGreaterThan(TREES * FACTS / 2);
    assertThat(yes).as("both answers occur").isBetween(total / 10, total * 9 / 10);
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void compiledScoresAgreeWithInterpretedOnesAndAreFinite(Scope scope) {
    for (long seed = 0; seed < TREES; seed++) {
      Expr tree = new ExprGenerator(seed, scope).score(2 + (int) (seed % 5));
      if (!TypeChecker.scoreProblems(tree, scope).isEmpty()) {
        continue;
      }
      Score compiled = Predicates.compileScore(tree);
      for (int i = 0; i < FACTS; i++) {
        FactSource facts = ExprGenerator.facts(seed * FACTS + i);
        double expected = Interpreter.score(tree, facts);
        assertThat(expected).as("seed %d: %s", seed, tree).isFinite();
        assertThat(Double.doubleToRawLongBits(compiled.of(facts)))
            .as("seed %d facts %d: %s", seed, i, tree)
            .isEqualTo(Double.doubleToRawLongBits(expected));
      }
    }
  }

  @Test
  void leavesTreesTooLargeForAMethodInterpreted() {
    Expr port = new Expr.FactRef(Fact.PORT);
    Expr sum = Expr.Quantity.number(0);
    Expr.Compare one = new Expr.Compare(Expr.Comparison.LESS, port, sum);
    Expr large = new Expr.And(java.util.Collections.nCopies(1000, new Expr.Not(one)));
    assertThat(Predicates.compile(large).test(ExprGenerator.facts(1)))
        .isEqualTo(Interpreter.yesNo(large, ExprGenerator.facts(1)));
  }
}
