package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Network;
import org.wormholes.rules.Network.OpenTo;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

final class NetworkCodecTest {
  private static final String A = "a".repeat(56);
  private static final String B = "b".repeat(56);

  private static Ruleset with(Network network) {
    return new Ruleset("r", "1", List.of(network), List.of(), List.of(), List.of());
  }

  @Test
  void everyKindOfNetworkComesBack() throws Exception {
    for (Network network :
        List.of(
            new Network("n", true, List.of()),
            new Network("n", false, List.of("wormhole://" + A + "@h.example:1")),
            new Network("n", OpenTo.FRIENDS, List.of(), List.of()),
            new Network("n", OpenTo.INVITED, List.of(B, A), List.of()))) {
      Ruleset ruleset = with(network);
      assertThat(RuleCodec.decode(RuleCodec.encode(ruleset, SourceMap.EMPTY)).ruleset())
          .isEqualTo(ruleset);
    }
  }

  @Test
  void onlyWhatIsNewNeedsTheFourthFormat() {
    assertThat(Formats.of(with(new Network("n", false, List.of())))).isEqualTo(Formats.FIRST);
    assertThat(Formats.of(with(new Network("n", OpenTo.FRIENDS, List.of(), List.of()))))
        .isEqualTo(Formats.FOURTH);
    assertThat(Formats.of(with(new Network("n", OpenTo.INVITED, List.of(A), List.of()))))
        .isEqualTo(Formats.FOURTH);
  }

  @Test
  void whoMayJoinAndTheFoundersNameTheNetwork() {
    Network invited = new Network("n", OpenTo.INVITED, List.of(), List.of());
    Network founded = new Network("n", OpenTo.INVITED, List.of(A), List.of());
    assertThat(founded.id()).isNotEqualTo(invited.id());
    assertThat(new Network("n", OpenTo.FRIENDS, List.of(), List.of()).id())
        .isNotEqualTo(invited.id());
    assertThat(new Network("n", OpenTo.INVITED, List.of(B, A, B), List.of()).id())
        .isEqualTo(new Network("n", OpenTo.INVITED, List.of(A, B), List.of()).id());
    assertThat(founded.withBootstraps(List.of("wormhole://" + A + "@h.example:1")).id())
        .isEqualTo(founded.id());
  }

  @Test
  void foundersAreAddressesOfNetworksForInvitedNodes() {
    assertThatThrownBy(() -> new Network("n", OpenTo.ANYONE, List.of(A), List.of()))
        .hasMessageContaining("founders");
    assertThatThrownBy(() -> new Network("n", OpenTo.INVITED, List.of("ada"), List.of()))
        .hasMessageContaining("address");
  }
}
