package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.wormholes.dsl.Scripts.compiled;
import static org.wormholes.dsl.Scripts.messages;
import static org.wormholes.dsl.Scripts.relay;
import static org.wormholes.dsl.Scripts.tunnel;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.expr.ExprText;

class FullTierTest {
  @Test
  void runsWhatTheStaticTierCannot() {
    String script =
        """
        class Ports
          def self.next = (@port = (@port || 999) + 1)
        end
        pairs = %w[a b].zip([1, 2]).to_h.transform_values { |n| n.succ }
        """
            + tunnel(
                "entry do\nsocks port: Ports.next\nhttp port: Ports.next\nend\nrelay pairs[\"b\"]");

    Ruleset rules = compiled(script, Tier.FULL);

    assertThat(rules.tunnels().getFirst().relays().count()).isEqualTo(3);
    assertThat(rules.tunnels().getFirst().entries())
        .extracting(entry -> entry.listen().port())
        .containsExactly(1000, 1001);
  }

  @Test
  void handsConditionsTheirLocalsAndConstants() {
    String script =
        "require \"set\"\nLIMIT = 40.ms\ncodes = Set.new(%w[fr de]).map(&:upcase).sort\n"
            + relay(
                "only { latency < LIMIT * 2 && country.in?(codes) && !%w[x].map(&:upcase).include?(country) }");

    assertThat(messages(script, Tier.FULL)).containsExactly("`country` is never \"X\"");

    Ruleset rules = compiled(script.replace("%w[x]", "%w[xy]"), Tier.FULL);
    assertThat(ExprText.of(rules.tunnels().getFirst().relays().only().orElseThrow()))
        .isEqualTo("latency < 80.ms && country.in?([\"DE\", \"FR\"]) && !(country == \"XY\")");
  }

  @Test
  void helpersMaySayWords() {
    String script =
        "def proxy(port)\n  socks port: port\nend\n"
            + tunnel("entry { proxy 4000 }\nrelay 3\nexit { allow { port == 80 } }");

    assertThat(compiled(script, Tier.FULL)).isEqualTo(compiled(script, Tier.STATIC));
  }

  @Test
  void reckonsWithUnitsAsTheStaticTierDoes() {
    String script =
        "a = 90.minutes / 4\nb = 2 * 1.5.hours - a\nc = [a, b].max\nd = b > a ? c : a\n"
            + tunnel(
                "entry { socks }\nrelay 3\nrotate every: d\nshape 10.mib / 2.s == 5.mib_s ? :large : :small");

    assertThat(compiled(script, Tier.FULL)).isEqualTo(compiled(script, Tier.STATIC));
  }

  @Test
  void tellsWhereRubyStopped() {
    Compilation compilation =
        Compiler.compile("test.rb", "x = 1\nx.frobnicate\n", Options.of(Tier.FULL));

    Problem problem = compilation.problems().getFirst();
    assertThat(problem.position().line()).isEqualTo(2);
    assertThat(problem.message())
        .startsWith("Ruby stopped here: undefined method")
        .endsWith("(NoMethodError)");
  }

  @Test
  void tellsUnknownWordsLikeTheStaticTier() {
    String script = tunnel("entry { sokcs }\nrelay 3\ncary :tcp");

    assertThat(messages(script, Tier.FULL)).isEqualTo(messages(script, Tier.STATIC)).hasSize(2);
  }

  @Test
  void refusesTwoConditionsOfAWordOnOneLine() {
    String script =
        tunnel("entry { socks }\nrelay 3\nexit { allow { port == 80 }; allow { port == 81 } }");

    assertThat(messages(script, Tier.STATIC)).isEmpty();
    assertThat(messages(script, Tier.FULL)).contains("there are two `allow` blocks on line 8");
  }

  @Test
  void endsAScriptThatDoesNot() throws InterruptedException {
    Options options = Options.of(Tier.FULL).within(Duration.ofMillis(1_500));

    Compilation compilation = Compiler.compile("test.rb", "loop { }", options);

    assertThat(compilation.problems()).hasSize(1);
    assertThat(compilation.render()).contains("the ruleset ran longer than 1500.ms");
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("ruleset-ruby")) {
        assertThat(thread.join(Duration.ofSeconds(20))).as("the runaway ends").isTrue();
      }
    }
  }

  @Test
  void neverRunsAScriptInTheStaticTier() {
    assertThat(messages("raise \"ran\"", Tier.STATIC))
        .containsExactly("this needs full Ruby (`raise`)");
  }
}
