package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.WireException;

/// Whatever someone gives as a name or an address is one or is a WireException.
final class IdentityFuzzTest {
  @FuzzTest
  void anyUri(byte[] text) {
    parses(new String(text, StandardCharsets.UTF_8));
  }

  private static boolean parses(String text) {
    try {
      NodeUri uri = NodeUri.parse(text);
      assertThat(NodeUri.parse(uri.format())).isEqualTo(uri);
      return true;
    } catch (WireException e) {
      return false;
    }
  }

  @Test
  void urisThatAreAlmostRight() {
    Random random = new Random(1);
    String good = new NodeUri(NodeKey.ofSeed(new byte[32]).id(), "h-1.example", 4040).format();
    String alphabet = "wormhle:/@[]%.-_ abz0129\u00e9\ud83d\udd73\0";
    int parsed = 0;
    for (int i = 0; i < 6_000; i++) {
      StringBuilder text = new StringBuilder(good);
      for (int k = 0; k <= random.nextInt(3); k++) {
        int at = (random.nextInt(4) == 0 ? 0 : 67) + random.nextInt(14);
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(Math.min(at, text.length() - 1), c);
          case 1 -> text.insert(Math.min(at, text.length()), c);
          default -> text.deleteCharAt(Math.min(at, text.length() - 1));
        }
      }
      parsed += parses(text.toString()) ? 1 : 0;
    }
    assertThat(parsed).as("seed 1").isPositive();
  }

  @Test
  void namesOfNoise() {
    Random random = new Random(2);
    int names = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(20) == 0 ? random.nextInt(40) : 32];
      random.nextBytes(bytes);
      try {
        NodeId id = NodeId.decode(bytes, 0);
        assertThat(X25519.isCanonical(id.agreementKey())).isTrue();
        assertThat(id.verify(bytes, new byte[64])).isFalse();
        names++;
      } catch (WireException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    // Half of all y belong to a point.
    assertThat(names).as("seed 2").isBetween(800, 1_150);
  }
}
