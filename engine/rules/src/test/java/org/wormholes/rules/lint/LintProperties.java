package org.wormholes.rules.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Explanation;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Interpreter;

/// What a lint proves holds for every flow.
class LintProperties {
  private static final int RULESETS = 600;
  private static final int FLOWS = 2_000;

  @Test
  void aRouteCalledDeadIsNeverTaken() {
    int dead = 0;
    for (long seed = 0; seed < RULESETS; seed++) {
      FlowWorld world = new FlowWorld(seed);
      Ruleset ruleset = world.ruleset();
      Set<String> called = dead(Lints.of(ruleset, SourceMap.EMPTY));
      dead += called.size();
      RouteDecider decider = RouteDecider.of(ruleset);
      for (int i = 0; i < FLOWS && !called.isEmpty(); i++) {
        FlowSample flow = world.flow();
        assertThat(taken(decider, flow))
            .as("seed %d, flow %s", seed, flow)
            .noneMatch(called::contains);
      }
    }
    assertThat(dead).isGreaterThan(RULESETS / 4);
  }

  @Test
  void whatIsProvenNeverToHoldNeverHolds() {
    int proven = 0;
    for (long seed = 0; seed < 3_000; seed++) {
      FlowWorld world = new FlowWorld(seed);
      Expr condition = world.condition(3);
      Refutation refutation = new Refutation(Meaning.PLAIN, new Work(1_000_000));
      boolean never = refutation.isNever(condition);
      boolean always = refutation.isAlways(condition);
      proven += never || always ? 1 : 0;
      for (int i = 0; i < 500 && (never || always); i++) {
        FlowSample flow = world.flow();
        assertThat(Interpreter.yesNo(condition, flow.facts()))
            .as("seed %d, flow %s, condition %s", seed, flow, condition)
            .isEqualTo(always);
      }
    }
    assertThat(proven).isGreaterThan(100);
  }

  @Test
  void aRouteThatIsTakenByTheFlowsTriedIsNotCalledDead() {
    Set<String> taken = new HashSet<>();
    Ruleset ruleset = new FlowWorld(7).ruleset();
    FlowWorld world = new FlowWorld(8);
    for (int i = 0; i < 200; i++) {
      taken.addAll(taken(RouteDecider.of(ruleset), world.flow()));
    }

    assertThat(taken).isNotEmpty();
    assertThat(dead(Lints.of(ruleset, SourceMap.EMPTY))).noneMatch(taken::contains);
  }

  /// The route that decided, and those that marked the flow on its way there.
  private static List<String> taken(RouteDecider decider, FlowSample flow) {
    return decider.explain(flow.facts()).tried().stream()
        .filter(Explanation.Tried::matched)
        .map(Explanation.Tried::rulePath)
        .toList();
  }

  private static Set<String> dead(List<Lint> lints) {
    Set<String> dead = new HashSet<>();
    for (Lint lint : lints) {
      boolean whole =
          switch (lint.kind()) {
            case SHADOWED, UNREACHABLE -> true;
            case NEVER_TRUE -> lint.message().startsWith("this route is never true");
            case ALWAYS_TRUE, LEAKY, UNSATISFIABLE, UNUSED, IDLE -> false;
          };
      if (whole && lint.rulePath().startsWith(RulePath.route(0).substring(0, 7))) {
        dead.add(lint.rulePath());
      }
    }
    return dead;
  }
}
