package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

final class BlindedKeyTest {
  private final Random random = new Random(11);

  @Test
  void pointsAgreeWithTheSignaturesLibrary() throws WireException {
    for (int i = 0; i < 20; i++) {
      byte[] seed = new byte[32];
      random.nextBytes(seed);
      byte[] scalar = Hash.sha512(seed);
      scalar[0] &= (byte) 0xf8;
      scalar[31] = (byte) ((scalar[31] & 0x7f) | 0x40);
      byte[] expected = new byte[32];
      Ed25519.generatePublicKey(seed, 0, expected, 0);
      assertThat(Bytes.of(EdwardsPoint.timesBase(scalar).encode())).isEqualTo(Bytes.of(expected));
      assertThat(Bytes.of(EdwardsPoint.decode(expected).encode())).isEqualTo(Bytes.of(expected));
    }
  }

  @Test
  void whoKnowsTheNameComputesTheKeyThatTheServiceSignsWith() throws WireException {
    for (long period = 20_000; period < 20_010; period++) {
      NodeKey service = NodeKey.create(random::nextBytes);
      BlindedKey key = BlindedKey.of(service, period);
      assertThat(key.id()).isEqualTo(BlindedKey.publicOf(service.id(), period));
      assertThat(key.id()).isNotEqualTo(service.id());
      assertThat(NodeId.parse(key.id().address())).isEqualTo(key.id());
      byte[] message = {1, 2, 3};
      byte[] signature = key.sign(message);
      assertThat(key.id().verify(message, signature)).isTrue();
      assertThat(service.id().verify(message, signature)).isFalse();
      signature[5] ^= 1;
      assertThat(key.id().verify(message, signature)).isFalse();
    }
  }

  @Test
  void periodsHaveNothingInCommon() {
    NodeKey service = NodeKey.create(random::nextBytes);
    assertThat(BlindedKey.publicOf(service.id(), 1))
        .isNotEqualTo(BlindedKey.publicOf(service.id(), 2));
  }

  @Test
  void whatIsOffTheCurveIsRefused() {
    byte[] off = new byte[32];
    off[0] = 2;
    assertThatThrownBy(() -> EdwardsPoint.decode(off)).isInstanceOf(WireException.class);
  }
}
