package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.wormholes.rules.Chains;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Gateway.Kind;
import org.wormholes.rules.Gateway.Server;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Publication;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.codec.RuleFormatException;

class GatewaysTest {
  private static final String SCRIPT =
      """
      ruleset "abroad" do
        network "commons" do
          open_to :anyone
        end
        tunnel "web" do
          entry { socks port: 1080 }
          relay 3
        end
        tor "tor" do
          entry { http port: 8118 }
          through "web"
          isolate by: [:user]
        end
        tor "mine" do
          adopt "127.0.0.1:9051", password: "s3cret"
        end
        i2p "i2p"
        upstream "office" do
          through "tor"
          socks "proxy.example:1080", user: "ann", password: "s3cret"
        end
        upstream "far" do
          http "[2001:db8::1]:3128"
          through "office"
        end

        routes do
          to("tor") { host.under? "onion" }
          to("i2p") { host.under? "i2p" }
          to("mine") { user == "mine" }
          to("far") { port == 443 }
          to("web") { otherwise }
        end

        expect { flow("http://x.onion").uses "tor" }
        expect { flow("http://x.i2p").uses "i2p" }
        expect { flow("https://example.org", entry: "tor").uses "far" }
      end
      """;

  @ParameterizedTest
  @EnumSource(Tier.class)
  void bothTiersReadThem(Tier tier) throws RuleFormatException {
    Compilation compilation = Scripts.kept(SCRIPT, tier);
    Ruleset ruleset = compilation.ruleset().orElseThrow();
    assertThat(compilation.sourceMap().position(RulePath.through("tor")).orElseThrow().line())
        .isEqualTo(11);
    assertThat(ruleset.gateways())
        .containsExactly(
            new Gateway(
                "tor",
                Kind.TOR,
                Optional.empty(),
                Optional.of("web"),
                List.of(new Entry.Http(new Entry.Listen(8118))),
                new Isolation(true, false)),
            Gateway.of("mine", Kind.TOR, new Server("127.0.0.1", 9051, "", "s3cret")),
            Gateway.started("i2p", Kind.I2P),
            Gateway.of("office", Kind.SOCKS, new Server("proxy.example", 1080, "ann", "s3cret"))
                .through("tor"),
            Gateway.of("far", Kind.HTTP, new Server("2001:db8::1", 3128)).through("office"));
    assertThat(Chains.to(ruleset, "far")).containsExactly("web", "tor", "office", "far");
  }

  @Test
  void aRulesetMayBeNothingButTor() {
    Ruleset ruleset =
        Scripts.compiled(
            """
            ruleset "onions" do
              tor("tor") { entry { socks port: 9150 } }
              expect { flow("http://x.onion").uses "tor" }
            end
            """);
    assertThat(ruleset.tunnels()).isEmpty();
    assertThat(Describe.ruleset(ruleset))
        .isEqualTo(
            """
            ruleset onions, version 1.0
            gateway tor
              tor, started by the engine
              reached as it is
              entry socks on 127.0.0.1:9150
              circuits shared by flows of the same user and destination
            routes
              anything else: refuse
            expectations
              tcp x.onion:80 on mon 12:00: to tor
            """);
  }

  @Test
  void gatewaysMayBeMembersOfGroups() {
    Ruleset ruleset =
        Scripts.compiled(
            """
            ruleset "ways" do
              tor "onions"
              upstream("office") { socks "192.0.2.1:1080" }
              fallback "safe", of: %w[onions office], probe: "tls://example.org:443"
              routes { to("safe") { otherwise } }
              expect { flow("https://example.org").uses "safe" }
              expect { flow("example.org:53", protocol: :udp).refused }
            end
            """);
    assertThat(ruleset.gatewaysOf("safe")).hasSize(2);
    assertThat(ruleset.groups().getFirst().probe().orElseThrow().place())
        .isEqualTo("tls://example.org:443");
    assertThat(Describe.ruleset(ruleset)).contains("probed with tls://example.org:443 every 30 s");
  }

  @Test
  void noFlowIsSplitOverAGatewayAndTheFastestIsNotGuessed() {
    assertThat(problems("split \"any\", of: %w[one two]"))
        .contains("no flow is split over the gateway \"one\"");
    assertThat(problems("fastest \"any\", of: %w[one two]"))
        .contains("can't be seen without a probe");
    assertThat(problems("fallback \"any\", of: %w[one other]"))
        .contains("there is no tunnel \"other\"");
  }

  private static String problems(String group) {
    return Compiler.compile(
            "ways.rb",
            """
            ruleset "ways" do
              upstream("one") { socks "192.0.2.1:1080" }
              upstream("two") { http "192.0.2.1:3128" }
              %s
              routes { to("one") { otherwise } }
            end
            """
                .formatted(group),
            Options.defaults())
        .problems()
        .toString();
  }

  private static String exits(String via) {
    return """
    ruleset "exits" do
      network("commons") { open_to :anyone }
      tor "onions"
      i2p "garlic"
      upstream("office") { socks "192.0.2.1:1080"; through "onions" }
      upstream("back") { http "192.0.2.1:3128"; through "web" }
      tunnel "web" do
        entry { socks port: 1080 }
        relay 2
        exit do
          %s
        end
      end
      routes { to("web") { otherwise } }
      expect { flow("http://x.onion").uses "web" }
    end
    """
        .formatted(via);
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void anExitMayLeadIntoGateways(Tier tier) throws RuleFormatException {
    Compilation compilation =
        Scripts.kept(exits("via(\"onions\") { host.under? \"onion\" }\n via \"office\""), tier);
    Ruleset ruleset = compilation.ruleset().orElseThrow();
    assertThat(compilation.sourceMap().position(RulePath.via("web", 1)).orElseThrow().line())
        .isEqualTo(12);
    assertThat(Chains.behind(ruleset))
        .extracting(Gateway::name)
        .containsExactly("web.onions", "web.office");
    assertThat(Describe.ruleset(ruleset)).contains("via onions {").contains("via office { true }");
  }

  @Test
  void anExitThatLeadsNowhereOrBackIsFoundWhereItIsWritten() {
    assertThat(told("via \"back\"")).contains("exits.rb:11:", "is reached through \"web\" itself");
    assertThat(told("via \"garlic\"")).contains("an I2P router connects by itself");
    assertThat(told("via \"onion\"")).contains("which is no gateway", "did you mean \"onions\"?");
    assertThat(told("via(\"onions\") { address.private? }"))
        .contains("before its address is known");
  }

  private static String told(String via) {
    return Compiler.compile("exits.rb", exits(via), Options.defaults()).render();
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void servicesArePublishedOnThem(Tier tier) throws RuleFormatException {
    Ruleset ruleset =
        Scripts.kept(
                """
                ruleset "blog" do
                  network "commons"
                  tor "onions"
                  i2p "garlic"
                  tunnel "web" do
                    relay 3
                    publish 8080, as: "blog", on: ["onions", "garlic"]
                  end
                end
                """,
                tier)
            .ruleset()
            .orElseThrow();
    assertThat(ruleset.tunnels().getFirst().published())
        .containsExactly(
            new Publication("blog", "127.0.0.1", 8080, List.of(), List.of("onions", "garlic")));
    assertThat(Describe.ruleset(ruleset))
        .contains("publishes 127.0.0.1:8080 as blog\n    on onions\n    on garlic\n");
    assertThat(Chains.onlyBehind(ruleset)).isEmpty();
  }
}
