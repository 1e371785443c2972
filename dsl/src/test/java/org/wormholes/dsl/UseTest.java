package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.rules.Network;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.codec.RuleCodec;

/// What `use` and `tests` mean.
class UseTest {
  private static final String QUIET =
      """
      ruleset "quiet" do
        network("commons") { open_to :anyone }
        tunnel "web", over: "commons" do
          entry { socks port: 1080 }
          relay 3
        end
        routes do
          refuse    { host.under? "onion" }
          to("web") { port.in? [80, 443] }
        end
      end
      """;

  private static final String FRIENDS =
      """
      ruleset "friends" do
        network("commons") { open_to :invited }
        tunnel("far") { relay 2 }
      end
      """;

  private static final String TWIN =
      """
      ruleset "twin" do
        network("commons") { open_to :anyone }
        tunnel("web") { entry { http port: 1080 }; relay 2 }
      end
      """;

  private static final String STREAMS =
      """
      ruleset "streams" do
        network("commons") { open_to :anyone }
        tunnel("wide") { relay 2 }
        balance "videos", of: "wide", circuits: 3
        routes { to("videos") { host.under? "video.example" } }
      end
      """;

  /// Its group is called as a tunnel of `quiet` is.
  private static final String PAIR =
      """
      ruleset "pair" do
        network("commons") { open_to :anyone }
        tunnel("near") { relay 2 }
        tunnel("back") { relay 2 }
        fallback "web", of: ["near", "back"]
      end
      """;

  private static final Map<String, String> SCRIPTS =
      Map.of("quiet", QUIET, "friends", FRIENDS, "twin", TWIN, "streams", STREAMS, "pair", PAIR);

  private static final Uses USES =
      new Uses() {
        @Override
        public Answer find(String name) {
          if (name.equals("ring")) {
            return new Answer.Missing("it uses itself", "");
          }
          if (!SCRIPTS.containsKey(name)) {
            return new Answer.Missing("", "install it");
          }
          Compilation found = Compiler.compile(name + ".rb", SCRIPTS.get(name), Options.defaults());
          return new Answer.Found(found.ruleset().orElseThrow(), found.sourceMap());
        }

        @Override
        public List<String> names() {
          return SCRIPTS.keySet().stream().sorted().toList();
        }
      };

  @ParameterizedTest
  @EnumSource(Tier.class)
  void bringsNetworksAndTunnelsButNoRoutes(Tier tier) {
    Ruleset ruleset =
        compiled(
            """
            ruleset "mine" do
              use "quiet"
              tunnel("fast", over: "commons") { relay 1 }
              routes do
                to("fast") { host == "video.example" }
                to("web")  { otherwise }
              end
            end
            """,
            tier);

    assertThat(ruleset.networks()).extracting(Network::name).containsExactly("commons");
    assertThat(ruleset.tunnels()).extracting(Tunnel::name).containsExactly("web", "fast");
    assertThat(ruleset.routes()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void putsRoutesWhereItStandsAmongThem(Tier tier) {
    String script =
        """
        ruleset "mine" do
          routes do
            direct { address.in? "192.168.1.0/24" }
            use "quiet"
            to("web") { otherwise }
          end
          expect do
            flow("192.168.1.9:80").direct
            flow("x.onion:80").refused
            flow("x.example:22").uses "web"
          end
        end
        """;
    Compilation compilation = compile(script, tier);

    Ruleset ruleset = compilation.ruleset().orElseThrow();
    assertThat(ruleset.routes()).hasSize(4);
    assertThat(compilation.sourceMap().position(RulePath.route(1)))
        .hasValueSatisfying(place -> assertThat(place.toString()).isEqualTo("quiet.rb:8:5"));
    assertThat(compilation.sourceMap().position(RulePath.tunnel("web")))
        .hasValueSatisfying(place -> assertThat(place.file()).isEqualTo("quiet.rb"));
  }

  @Test
  void isTheSameAsHavingWrittenItOut() {
    String written = QUIET.replace("ruleset \"quiet\"", "ruleset \"mine\"");
    String used = "ruleset(\"mine\") { use \"quiet\"; routes { use \"quiet\" } }";

    assertThat(RuleCodec.digest(compiled(used, Tier.STATIC)))
        .isEqualTo(RuleCodec.digest(compiled(written, Tier.STATIC)));
  }

  @Test
  void takesANetworkOfTheSameRulesForTheSame() {
    Ruleset ruleset =
        compiled(
            """
            ruleset "mine" do
              use "quiet"
              network("commons") { open_to :anyone }
              tunnel("fast") { relay 1 }
            end
            """,
            Tier.STATIC);

    assertThat(ruleset.networks()).hasSize(1);
  }

  @Test
  void tellsOfNamesThatAreTakenWithTheirPlace() {
    assertThat(
            rendered(
                """
                ruleset "mine" do
                  use "quiet"
                  network("commons") { open_to :invited }
                  tunnel("web") { relay 1 }
                end
                """))
        .contains(
            "mine.rb:3:11: a ruleset that is used has a network called \"commons\" too, with other rules",
            "mine.rb:4:10: there are two tunnels called \"web\"",
            "the first is on line 2");
  }

  @Test
  void tellsOfTwoThatCannotBeUsedTogether() {
    assertThat(
            rendered(
                """
                ruleset "mine" do
                  use "quiet"
                  use "friends"
                  use "twin"
                end
                """))
        .contains(
            "mine.rb:3:7: \"quiet\" and \"friends\" both have a network called \"commons\", with other rules",
            "mine.rb:4:7: \"quiet\" and \"twin\" both have tunnels called \"web\"",
            "port 1080 is taken already");
  }

  @Test
  void tellsOfWhatCannotBeHad() {
    assertThat(rendered("ruleset(\"mine\") { use \"quite\" }"))
        .contains("there is no ruleset \"quite\" to use", "did you mean \"quiet\"?");
    assertThat(rendered("ruleset(\"mine\") { use \"ring\" }"))
        .contains("there is no ruleset \"ring\" to use: it uses itself");
    assertThat(rendered("ruleset(\"mine\") { use \"quiet\"; use \"quiet\" }"))
        .contains("\"quiet\" is used already");
    assertThat(rendered("ruleset(\"mine\") { routes { use \"friends\" } }"))
        .contains("\"friends\" has no routes");
    assertThat(
            Compiler.compile("mine.rb", "ruleset(\"mine\") { use \"quiet\" }", Options.defaults())
                .render())
        .contains("there is no ruleset \"quiet\" to use", "wormholes ruleset install");
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void bringsGroupsToo(Tier tier) {
    Compilation compilation =
        compile(
            """
            ruleset "mine" do
              use "streams"
              routes do
                use "streams"
                to("videos") { port == 554 }
              end
              expect { flow("rtsp.example:554").uses "videos" }
            end
            """,
            tier);

    Ruleset ruleset = compilation.ruleset().orElseThrow();
    assertThat(ruleset.groups())
        .containsExactly(compiled(STREAMS, Tier.STATIC).groups().getFirst());
    assertThat(compilation.sourceMap().position(RulePath.group("videos")))
        .hasValueSatisfying(place -> assertThat(place.toString()).isEqualTo("streams.rb:4:11"));
    assertThat(rendered("ruleset(\"mine\") { use \"streams\"; tunnel(\"videos\") { relay 1 } }"))
        .contains("two tunnels or groups called \"videos\"");
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void itsTunnelsMayBeMembersOfGroups(Tier tier) {
    Ruleset ruleset =
        compiled(
            """
            ruleset "mine" do
              use "quiet"
              tunnel("fast", over: "commons") { relay 1 }
              fastest "any", of: ["web", "fast"]
              routes { to("any") { otherwise } }
            end
            """,
            tier);

    assertThat(ruleset.tunnelsOf("any")).extracting(Tunnel::name).containsExactly("web", "fast");
  }

  @Test
  void aGroupAndATunnelOfTwoRulesetsCannotShareAName() {
    assertThat(rendered("ruleset(\"mine\") { use \"quiet\"; use \"pair\" }"))
        .contains("mine.rb:1:36: there are two tunnels or groups called \"web\"");
    assertThat(rendered("ruleset(\"mine\") { use \"pair\"; use \"quiet\" }"))
        .contains("two tunnels or groups called \"web\"");
  }

  @Test
  void testsStateWhatIsExpectedOfAnother() {
    String tests =
        """
        tests "quiet" do
          flow("https://example.org").uses "web"
          flow("https://x.onion").uses "web"
        end
        """;

    assertThat(rendered(tests))
        .contains(
            "mine.rb:3:3: expected \"https://x.onion\" to use \"web\", but it is refused by the route on line 8 of quiet.rb")
        .doesNotContain("mine.rb:2");
    assertThat(
            compiled(tests.replace("uses \"web\"\nend", "refused\nend"), Tier.FULL).expectations())
        .hasSize(2);
  }

  private static Compilation compile(String script, Tier tier) {
    return Compiler.compile("mine.rb", script, Options.of(tier).using(USES));
  }

  private static Ruleset compiled(String script, Tier tier) {
    Compilation compilation = compile(script, tier);
    assertThat(compilation.ruleset()).as(compilation.render()).isPresent();
    return compilation.ruleset().orElseThrow();
  }

  private static String rendered(String script) {
    return compile(script, Tier.STATIC).render();
  }
}
