package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Group;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Route;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;

class GroupsAndMarksTest {
  private static final String SCRIPT =
      """
      FRIENDS = %w[ann bob]

      ruleset "away", version: "2.0" do
        network "commons" do
          open_to :anyone
        end
        tunnel "near" do
          entry { socks port: 1080 }
          relay 2
        end
        tunnel("far") { relay 5 }

        fallback "safe", of: %w[near far], probe: "example.org:443", every: 20.s, settle: 1.minute
        fastest "quick", of: [:near, :far], probe: "[2001:db8::1]:80", tolerance: 20.ms, every: 2.s
        balance "video", of: "far", circuits: 3
        split "parts", of: %w[near far], circuits: 2

        routes do
          mark("streaming") { sni.under?("video.example") || http_host.under?("video.example") }
          mark("streaming") { process.in? %w[mpv vlc] }
          mark("work")      { local_user == "ann" && !process_path.start_with?("/tmp/") }
          refuse     { marked?("streaming") && metered? }
          to("video") { marked? "streaming" }
          refuse     { country.in? %w[KP IR] }
          to("parts") { FRIENDS.any? { |who| friend_online?(who) } && carrier_up?("tor") }
          to("quick") { marked?("work") && round_trip("quick") < 300.ms }
          to("safe")  { otherwise }
        end

        expect { flow("93.184.215.14:443", sni: "a.video.example").uses "video" }
        expect { flow("93.184.215.14:443", sni: "a.video.example", metered: true).refused }
        expect { flow("x.example:80", process: "mpv").uses "video" }
        expect { flow("x.example:80", country: "KP").refused }
        expect { flow("x.example:80", friend_online: %w[bob], carrier_up: "tor").uses "parts" }
        expect { flow("x.example:80", friend_online: %w[bob]).uses "safe" }
        expect { flow("x.example:80", local_user: "ann", round_trip: { quick: 80.ms }).uses "quick" }
        expect { flow("x.example:80", local_user: "ann").uses "safe" }
      end
      """;

  @ParameterizedTest
  @EnumSource(Tier.class)
  void bothTiersReadThem(Tier tier) throws RuleFormatException {
    Compilation compilation = Scripts.kept(SCRIPT, tier);
    Ruleset ruleset = compilation.ruleset().orElseThrow();
    assertThat(compilation.sourceMap().position(RulePath.group("quick")).orElseThrow().line())
        .isEqualTo(14);
    assertThat(ruleset.groups())
        .containsExactly(
            new Group(
                "safe",
                Group.Kind.FALLBACK,
                List.of("near", "far"),
                1,
                Optional.of(
                    new Group.Probe(
                        "example.org", 443, Duration.ofSeconds(20), Duration.ofSeconds(5))),
                Group.DEFAULT_TOLERANCE,
                Duration.ofMinutes(1)),
            new Group(
                "quick",
                Group.Kind.FASTEST,
                List.of("near", "far"),
                1,
                Optional.of(
                    new Group.Probe(
                        "2001:db8::1", 80, Duration.ofSeconds(2), Duration.ofSeconds(2))),
                Duration.ofMillis(20),
                Group.DEFAULT_SETTLE),
            group("video", Group.Kind.BALANCE, 3, "far"),
            group("parts", Group.Kind.SPLIT, 2, "near", "far"));
  }

  private static Group group(String name, Group.Kind kind, int circuits, String... members) {
    return new Group(
        name,
        kind,
        List.of(members),
        circuits,
        Optional.empty(),
        Group.DEFAULT_TOLERANCE,
        Group.DEFAULT_SETTLE);
  }

  @Test
  void areDescribed() {
    assertThat(Describe.ruleset(Scripts.compiled(SCRIPT)))
        .contains(
            """
            group safe
              the first that is up of near, far
              probed with example.org:443 every 20 s, answered within 5 s
              changed after 1 minute
            """,
            """
            group video
              balanced over 3 circuits each of far
            """,
            "  mark streaming { process.in?([\"mpv\", \"vlc\"]) }\n",
            "with sni = \"a.video.example\", metered? = true: refuse\n");
  }

  @Test
  void listsAreReadAsOthersPublishThem() {
    String published =
        """
        [Adblock Plus 2.0]
        ! hosts, rules and domains
        127.0.0.1 localhost
        0.0.0.0 ads.example  Track.example # two on a line
        ||banner.example^
        plain.example
        """;
    Compilation compilation = listed("host.listed? \"list.txt\"", published);
    assertThat(compilation.render()).isEmpty();
    Route route = compilation.ruleset().orElseThrow().routes().getFirst();
    assertThat(((Expr.Member) route.condition()).members())
        .isEqualTo(DomainSet.of("ads.example", "track.example", "banner.example", "plain.example"));
  }

  @Test
  void rangesMayHaveCommentsOfTheirOwnKind() {
    Compilation compilation =
        listed(
            "address.listed? \"list.txt\"",
            "; a list\n192.0.2.0/24 ; SBL1\n2001:db8::/32 # six\n198.51.100.7\n");
    assertThat(compilation.render()).isEmpty();
    RouteDecider decider = RouteDecider.of(compilation.ruleset().orElseThrow());
    for (String inside : List.of("192.0.2.9", "2001:db8::5", "198.51.100.7")) {
      assertThat(verdict(decider, inside)).as(inside).isEqualTo(Verdict.REFUSE);
    }
    assertThat(verdict(decider, "198.51.100.8")).isEqualTo(new Verdict.To("web"));
  }

  private static Verdict verdict(RouteDecider decider, String host) {
    return decider.decide(FlowSample.of(host, 443, Protocol.TCP).facts()).verdict();
  }

  private static Compilation listed(String condition, String list) {
    ListFiles files = _ -> Optional.of(list.getBytes(StandardCharsets.UTF_8));
    String script = Scripts.routes("refuse { " + condition + " }\nto(\"web\") { otherwise }");
    return Compiler.compile("test.rb", script, Options.defaults().with(files));
  }

  @Test
  void aListOfAHundredThousandDomainsCompilesQuickly() {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      list.append("0.0.0.0 host-").append(i).append(".example").append(i % 100).append('\n');
    }
    listed("host.listed? \"list.txt\"", "0.0.0.0 warm.example\n");
    long start = System.nanoTime();
    Compilation compilation = listed("host.listed? \"list.txt\"", list.toString());
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertThat(compilation.render()).isEmpty();
    assertThat(taken)
        .isLessThan(Duration.ofSeconds(10)); // a fifth of a second where nothing else runs
  }
}
