package org.wormholes.rules.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.expr.Expr.Compare;
import org.wormholes.rules.expr.Expr.Comparison;
import org.wormholes.rules.expr.Expr.FactRef;
import org.wormholes.rules.expr.Expr.Operation;
import org.wormholes.rules.expr.Expr.Quantity;

class TypeCheckerTest {
  private static final Expr LATENCY = new FactRef(Fact.LATENCY);
  private static final Expr BANDWIDTH = new FactRef(Fact.BANDWIDTH);
  private static final Expr HOST = new FactRef(Fact.HOST);
  private static final Expr SLOW = Quantity.duration(Duration.ofMillis(80));

  private static void assertProblem(Expr expr, Scope scope, List<Integer> path, String message) {
    List<TypeProblem> problems = TypeChecker.problems(expr, scope);
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().path()).isEqualTo(path);
    assertThat(problems.getFirst().message()).isEqualTo(message);
    assertThat(TypeChecker.typeOf(expr, scope)).isEmpty();
  }

  @Test
  void acceptsTheExamplesOfTheDesign() {
    Expr only =
        Exprs.all(
            new Compare(Comparison.LESS, LATENCY, SLOW),
            Exprs.not(new Expr.Member(new FactRef(Fact.COUNTRY), TextSet.of("KP", "IR"))));
    assertThat(TypeChecker.typeOf(only, Scope.RELAY)).contains(Type.YES_NO);
    Expr prefer = new Expr.Arithmetic(Operation.DIVIDE, BANDWIDTH, LATENCY);
    assertThat(TypeChecker.typeOf(prefer, Scope.RELAY)).contains(Type.NUMBER);
    assertThat(TypeChecker.scoreProblems(prefer, Scope.RELAY)).isEmpty();
  }

  @Test
  void pointsAtWhatIsWrong() {
    Expr comparison = new Compare(Comparison.LESS, LATENCY, Quantity.bytes(80));
    assertProblem(
        new Expr.Not(comparison), Scope.RELAY, List.of(0), "can't compare a duration with a size");
    assertProblem(
        new Expr.Arithmetic(Operation.ADD, SLOW, Quantity.bytes(1)),
        Scope.FLOW,
        List.of(),
        "can't add a duration and a size");
    assertProblem(
        new Expr.And(List.of(Exprs.YES, SLOW)),
        Scope.FLOW,
        List.of(1),
        "`&&` is for a yes/no value, not a duration");
    assertProblem(
        new Compare(Comparison.EQUAL, HOST, new Expr.Text("a")),
        Scope.RELAY,
        List.of(0),
        "a relay has no `host`");
    assertProblem(
        new Expr.Choose(Exprs.YES, SLOW, HOST),
        Scope.FLOW,
        List.of(),
        "both branches must be of one type, here a duration and a string");
    assertProblem(
        new Compare(Comparison.LESS, HOST, new Expr.Text("a")),
        Scope.FLOW,
        List.of(),
        "`<` needs amounts or times of day, not a string");
    assertProblem(
        new Expr.Member(HOST, AddressSet.of("10.0.0.0/8")),
        Scope.FLOW,
        List.of(0),
        "can't look for a string where each entry is an address");
    assertProblem(
        new Expr.AddressTest(AddressKind.PRIVATE, HOST),
        Scope.FLOW,
        List.of(0),
        "`private?` is for an address, not a string");
  }

  @Test
  void noticesValuesThatAFactNeverHas() {
    assertProblem(
        new Compare(Comparison.EQUAL, new FactRef(Fact.PROTOCOL), new Expr.Text("tpc")),
        Scope.FLOW,
        List.of(),
        "`protocol` is never \"tpc\", only tcp, udp");
    assertProblem(
        new Expr.Member(HOST, TextSet.of("Example.org")),
        Scope.FLOW,
        List.of(),
        "`host` is never \"Example.org\"");
  }

  @Test
  void tellsAllProblemsAtOnce() {
    Expr both =
        new Expr.Or(
            List.of(
                new Expr.Not(SLOW), new Compare(Comparison.MORE, HOST, new FactRef(Fact.PORT))));
    assertThat(TypeChecker.problems(both, Scope.FLOW)).hasSize(2);
  }

  @Test
  void boundsDepthNodesAndCost() {
    Expr deep = Exprs.YES;
    for (int i = 0; i < Expr.MAX_DEPTH - 1; i++) {
      deep = new Expr.Not(deep);
    }
    assertThat(TypeChecker.conditionProblems(deep, Scope.FLOW)).isEmpty();
    assertThat(TypeChecker.problems(new Expr.Not(deep), Scope.FLOW).getFirst().kind())
        .isEqualTo(TypeProblem.Kind.TOO_LARGE);
    Expr veryDeep = deep;
    for (int i = 0; i < 100_000; i++) {
      veryDeep = new Expr.Not(veryDeep);
    }
    assertThat(TypeChecker.typeOf(veryDeep, Scope.FLOW)).isEmpty();
    Expr wide = new Expr.Or(Collections.nCopies(Expr.MAX_NODES, Exprs.YES));
    assertThat(TypeChecker.typeOf(wide, Scope.FLOW)).isEmpty();
    Expr costly = new Expr.Matches(HOST, Regex.of("(a{0,20}){0,20}b"));
    Expr tooCostly = new Expr.Or(Collections.nCopies(10, costly));
    assertThat(TypeChecker.typeOf(costly, Scope.FLOW)).contains(Type.YES_NO);
    assertThat(TypeChecker.problems(tooCostly, Scope.FLOW).getFirst().message())
        .matches("this could take \\d+ steps, at most 2000000 are allowed");
    assertThatThrownBy(() -> TypeChecker.checkedCondition(SLOW, Scope.FLOW))
        .hasMessage("a condition must be a yes/no value, this is a duration");
  }

  @Test
  void combinesUnitsAsPhysicsDoes() {
    assertThat(TypeChecker.combined(Operation.MULTIPLY, Type.RATE, Type.DURATION))
        .contains(Type.SIZE);
    assertThat(TypeChecker.combined(Operation.DIVIDE, Type.SIZE, Type.RATE))
        .contains(Type.DURATION);
    assertThat(TypeChecker.combined(Operation.DIVIDE, Type.DURATION, Type.RATE)).isEmpty();
    assertThat(TypeChecker.combined(Operation.ADD, Type.NUMBER, Type.SIZE)).isEmpty();
    assertThat(TypeChecker.combined(Operation.MULTIPLY, Type.NUMBER, Type.SIZE))
        .contains(Type.SIZE);
  }
}
