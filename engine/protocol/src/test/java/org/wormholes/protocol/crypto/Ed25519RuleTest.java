package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Vectors;
import org.wormholes.protocol.Vectors.Case;
import org.wormholes.protocol.wire.Bytes;

/// Which of the corner cases of Ed25519 we accept: `spec/protocol/identity.md`, section 3. Peers
/// that disagree about a signature would disagree about who is in a network.
final class Ed25519RuleTest {
  private static final List<Case> CASES =
      Vectors.readList("published/cctv/ed25519-edge-cases.json");
  private static final Set<String> REFUSED =
      Set.of("low_order_A", "non_canonical_A", "non_canonical_R");

  @Test
  void refusesKeysOfLowOrderAndWhatIsNotCanonicalAndNothingElse() {
    int accepted = 0;
    for (Case test : CASES) {
      boolean expected = flags(test).stream().noneMatch(REFUSED::contains);
      assertThat(accepts(test)).as(test.toString()).isEqualTo(expected);
      accepted += expected ? 1 : 0;
    }
    assertThat(CASES).hasSize(914);
    assertThat(accepted).isEqualTo(212);
  }

  private static Set<String> flags(Case test) {
    return test.has("flags") ? new HashSet<>(test.texts("flags")) : Set.of();
  }

  private static boolean accepts(Case test) {
    NodeId signer;
    try {
      signer = new NodeId(Bytes.of(test.bytes("key")));
    } catch (IllegalArgumentException e) {
      return false;
    }
    return signer.verify(test.text("msg").getBytes(StandardCharsets.UTF_8), test.bytes("sig"));
  }
}
