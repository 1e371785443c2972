package org.wormholes.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Given;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;
import org.wormholes.rules.expr.Interpreter;

class AssumptionsTest {
  private static final Expr METERED = new Expr.FactRef(Fact.METERED);
  private static final Expr TOR_UP = new Expr.FactOf(Fact.CARRIER_UP, "tor");
  private static final Expr FAST =
      new Expr.Compare(
          Expr.Comparison.LESS,
          new Expr.FactOf(Fact.ROUND_TRIP, "web"),
          new Expr.Quantity(org.wormholes.rules.expr.Type.DURATION, 0.2));
  private static final Expr MAIL =
      new Expr.Compare(
          Expr.Comparison.EQUAL, new Expr.FactRef(Fact.PORT), Expr.Quantity.number(25));

  @Test
  void readsFactsAsTheyAreWritten() {
    assertThat(
            Assumptions.parse(
                    List.of(
                        "metered=true",
                        "carrier_up?(\"tor\") = no",
                        "friend_online(ann)=yes",
                        "round_trip(\"web\")=300.ms",
                        "round_trip(\"slow\")=1.5s"),
                    List.of())
                .texts())
        .containsExactly(
            "metered? = true",
            "carrier_up?(\"tor\") = false",
            "friend_online?(\"ann\") = true",
            "round_trip(\"web\") = 300.ms",
            "round_trip(\"slow\") = 1500.ms");
  }

  @Test
  void saysWhatCannotBeAssumed() {
    for (String wrong :
        List.of(
            "",
            "metered",
            "nonsense=1",
            "port=80",
            "metered=perhaps",
            "metered(\"x\")=true",
            "carrier_up=true",
            "round_trip(\"web\")=fast",
            "round_trip(\"web\")=-1ms")) {
      assertThatThrownBy(() -> Assumptions.parse(List.of(wrong), List.of()))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void whatIsSoAlreadyChangesNothing() {
    FactView now = new FactView("metered?", "yes/no", "yes", Instant.EPOCH, "said", false);

    assertThat(
            Assumptions.parse(List.of("metered=true"), List.of(now))
                .branches(Samples.ruleset(3), Samples.SOURCES))
        .isEmpty();
  }

  @Test
  void namesWhatIsLeftOfACondition() {
    List<Given> yes = List.of(Given.yesNo(Fact.METERED, "", true));
    List<Given> no = List.of(Given.yesNo(Fact.METERED, "", false));

    assertThat(Assumptions.known(Exprs.all(METERED, MAIL), yes)).isEqualTo(MAIL);
    assertThat(Assumptions.known(Exprs.all(METERED, MAIL), no)).isEqualTo(Exprs.NO);
    assertThat(Assumptions.known(Exprs.not(METERED), no)).isEqualTo(Exprs.YES);
    assertThat(Assumptions.known(MAIL, yes)).isEqualTo(MAIL);
  }

  /// Whatever the rest of the world is, what is left decides as the whole would.
  @Test
  void whatIsLeftMeansTheSame() {
    Random random = new Random(33);
    List<Given> given =
        List.of(
            Given.yesNo(Fact.METERED, "", true),
            Given.of(
                Fact.ROUND_TRIP,
                "web",
                new Expr.Quantity(org.wormholes.rules.expr.Type.DURATION, 0.1)));
    for (int i = 0; i < 20_000; i++) {
      Expr condition = condition(random, 4);
      FlowSample flow =
          new FlowSample(
                  "example.org",
                  random.nextBoolean() ? 25 : 443,
                  Protocol.TCP,
                  "",
                  "",
                  0,
                  DayOfWeek.MONDAY)
              .with(List.of(Given.yesNo(Fact.CARRIER_UP, "tor", random.nextBoolean())));
      FactSource facts = flow.with(given).facts();

      assertThat(Interpreter.yesNo(Assumptions.known(condition, given), facts))
          .as("seed 33, input %d: %s", i, condition)
          .isEqualTo(Interpreter.yesNo(condition, facts));
    }
  }

  private static Expr condition(Random random, int depth) {
    List<Expr> leaves = List.of(METERED, TOR_UP, FAST, MAIL);
    if (depth == 0) {
      return leaves.get(random.nextInt(leaves.size()));
    }
    return switch (random.nextInt(5)) {
      case 0 -> Exprs.not(condition(random, depth - 1));
      case 1 -> Exprs.all(condition(random, depth - 1), condition(random, depth - 1));
      case 2 -> Exprs.any(condition(random, depth - 1), condition(random, depth - 1));
      case 3 ->
          Exprs.choose(
              condition(random, depth - 1),
              condition(random, depth - 1),
              condition(random, depth - 1));
      default -> leaves.get(random.nextInt(leaves.size()));
    };
  }
}
