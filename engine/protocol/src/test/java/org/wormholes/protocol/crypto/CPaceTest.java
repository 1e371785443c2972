package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

final class CPaceTest {
  /// Appendix B.1 of draft-irtf-cfrg-cpace-21.
  private final Map<String, byte[]> vector = vector();

  @Test
  void findsTheGeneratorOfTheDraft() {
    byte[] password = of("password");
    assertThat(CPace.generatorString(password, of("channel"), of("session")))
        .isEqualTo(of("generator_string"));
    assertThat(CPace.generator(password, of("channel"), of("session"))).isEqualTo(of("generator"));
  }

  @Test
  void comesToTheSharesAndTheKeyOfTheDraft() throws WireException {
    CPace a = CPace.begin(of("password"), of("channel"), of("session"), of("secret_a"));
    CPace b = CPace.begin(of("password"), of("channel"), of("session"), of("secret_b"));
    assertThat(a.share()).isEqualTo(of("share_a"));
    assertThat(b.share()).isEqualTo(of("share_b"));
    assertThat(a.initiatorKey(of("data_a"), b.share(), of("data_b"))).isEqualTo(of("key"));
    assertThat(b.responderKey(of("data_b"), a.share(), of("data_a"))).isEqualTo(of("key"));
  }

  @Test
  void refusesEveryPointOfLowOrder() {
    for (int i : new int[] {0, 1, 2, 3, 4, 5, 7}) {
      CPace a = CPace.begin(of("password"), of("channel"), of("session"), of("secret_a"));
      assertThatThrownBy(() -> a.initiatorKey(of("data_a"), of("low_order_" + i), of("data_b")))
          .as("point " + i)
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void anyDifferenceMakesAnotherKey() throws WireException {
    byte[] password = {1, 2};
    byte[] channel = {3};
    byte[] session = {4};
    byte[] expected = key(password, channel, session);
    assertThat(key(password, channel, session)).isEqualTo(expected);
    assertThat(key(new byte[] {1, 3}, channel, session)).isNotEqualTo(expected);
    assertThat(key(password, new byte[] {9}, session)).isNotEqualTo(expected);
    assertThat(key(password, channel, new byte[] {9})).isNotEqualTo(expected);
    assertThat(CPace.initiatorProof(expected)).isNotEqualTo(CPace.responderProof(expected));
  }

  @Test
  void takesPasswordsOfAnyLength() throws WireException {
    for (int length : new int[] {0, 1, 108, 109, 110, 127, 128, 300}) {
      byte[] password = new byte[length];
      assertThat(key(password, new byte[0], new byte[0]))
          .isEqualTo(key(password, new byte[0], new byte[0]));
    }
  }

  /// The key that the responder comes to with an initiator whose input is always the same.
  private static byte[] key(byte[] password, byte[] channel, byte[] session) throws WireException {
    Random random = new Random(3);
    CPace a = CPace.begin(new byte[] {1, 2}, new byte[] {3}, new byte[] {4}, random::nextBytes);
    CPace b = CPace.begin(password, channel, session, random::nextBytes);
    return b.responderKey(new byte[0], a.share(), new byte[0]);
  }

  private byte[] of(String name) {
    return Objects.requireNonNull(vector.get(name), name);
  }

  private static Map<String, byte[]> vector() {
    Map<String, byte[]> values = new HashMap<>();
    try {
      for (String line :
          Files.readAllLines(Path.of("../../spec/vectors/published/rfc/cpace-x25519.txt"))) {
        int blank = line.indexOf(' ');
        values.put(line.substring(0, blank), Bytes.ofHex(line.substring(blank + 1)).toArray());
      }
      return values;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
