package org.wormholes.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.expr.Host;

/// Deciders decide the same before and after their conditions are compiled.
class CompiledLaterTest {
  @Test
  void compilingChangesNoDecision() {
    for (int seed = 0; seed < 200; seed++) {
      Ruleset ruleset = new RulesetGenerator(seed).ruleset();
      RouteDecider atOnce = RouteDecider.of(ruleset);
      RouteDecider later = RouteDecider.interpreting(ruleset);
      for (String name : new String[] {"example.org", "10.1.2.3", "x.onion"}) {
        Host host = Host.parse(name).orElseThrow();
        FlowFacts flow =
            new FlowFacts(host, 443, Protocol.TCP, "ann", "", 43_200, DayOfWeek.MONDAY);
        Decision before = later.decide(flow);
        later.compile();
        assertThat(later.decide(flow)).as("seed %d", seed).isEqualTo(before);
        assertThat(atOnce.decide(flow)).as("seed %d", seed).isEqualTo(before);
        later = RouteDecider.interpreting(ruleset);
      }
    }
  }
}
