package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Publication;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;

/// The word `peers`.
final class PeersTest {
  private static Compilation compile(String body) {
    String script =
        """
        ruleset "r" do
          network "home" do
            open_to :invited
          end
          network "work" do
            open_to :anyone
          end
        %s
        end
        """
            .formatted(body);
    return Compiler.compile("p.rb", script, Options.of(Tier.STATIC));
  }

  @Test
  void peersAreAGatewayToTheNodesOfANetwork() throws Exception {
    Ruleset ruleset =
        compile(
                """
                peers "friends", over: "home" do
                  entry { socks port: 1080 }
                  publish 22, as: "shell", only: ["%s"]
                end
                routes do
                  to("friends") { host.under? "peer" }
                end
                expect { flow("x.peer:22").uses "friends" }
                """
                    .formatted("a".repeat(56)))
            .ruleset()
            .orElseThrow();
    Gateway peers = ruleset.gateways().getFirst();
    assertThat(peers.kind()).isEqualTo(Gateway.Kind.PEERS);
    assertThat(peers.peers().orElseThrow())
        .isEqualTo(
            new Gateway.Peers(
                "home",
                List.of(new Publication("shell", "127.0.0.1", 22, List.of("a".repeat(56))))));
    assertThat(RuleCodec.decode(RuleCodec.encode(ruleset, SourceMap.EMPTY)).ruleset())
        .isEqualTo(ruleset);
    assertThat(Describe.ruleset(ruleset)).contains("peers of network home, by their keys");
  }

  @Test
  void peersBelongToANetworkThatThereIs() {
    assertThat(compile("peers \"x\" do\n  entry { socks }\nend").render())
        .contains("p.rb:8:7", "the peers \"x\" need `over:`", "home, work");
    assertThat(compile("peers \"x\", over: \"hme\" do\n  entry { socks }\nend").render())
        .contains("p.rb:8:18", "there is no network \"hme\"", "did you mean \"home\"?");
  }

  @Test
  void aPortIsPublishedOnceAndNoDatagramsAreTaken() {
    assertThat(
            compile(
                    "peers \"x\", over: \"home\" do\n  publish 22, as: \"a\"\n  publish 22, as: \"b\"\nend")
                .render())
        .contains("p.rb:10:3", "port 22 is published already");
    assertThat(
            compile("peers \"x\", over: \"home\" do\n  entry { socks port: 1, udp: true }\nend")
                .render())
        .contains("no datagrams go through \"x\"");
  }
}
