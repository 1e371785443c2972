package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Vectors;
import org.wormholes.protocol.wire.WireException;

final class MlKem768Test {
  /// The expanded private key inside its PKCS #8 form.
  static byte[] expanded(MlKem768.Pair pair) {
    byte[] encoded = pair.privateKey.getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - 2_400, encoded.length);
  }

  @Test
  void tenThousandRunsGiveThePublishedHash() throws WireException {
    SHAKEDigest random = new SHAKEDigest(128);
    SHAKEDigest seen = new SHAKEDigest(128);
    Entropy drawn = out -> random.doOutput(out, 0, out.length);
    for (int i = 1; i <= 10_000; i++) {
      MlKem768.Pair pair = MlKem768.create(drawn);
      var encapsulation = MlKem768.encapsulate(pair.publicKey(), drawn);
      byte[] noise = drawn.bytes(MlKem768.CIPHERTEXT_BYTES);
      absorb(seen, pair.publicKey());
      absorb(seen, encapsulation.ciphertext());
      absorb(seen, encapsulation.secret());
      absorb(seen, pair.decapsulate(noise));
      assertThat(
              Arrays.equals(pair.decapsulate(encapsulation.ciphertext()), encapsulation.secret()))
          .isTrue();
    }
    byte[] hash = new byte[32];
    seen.doOutput(hash, 0, hash.length);

    assertThat(hash)
        .isEqualTo(
            Vectors.read("published/go/ml-kem-768-accumulated.json").child("after").bytes("10000"));
  }

  private static void absorb(SHAKEDigest digest, byte[] bytes) {
    digest.update(bytes, 0, bytes.length);
  }

  @Test
  void aCiphertextOfAnotherLengthIsRefused() {
    MlKem768.Pair pair = MlKem768.ofSeed(new byte[64]);
    for (int length : new int[] {0, 1, 1_087, 1_089, 2_000}) {
      assertThatThrownBy(() -> pair.decapsulate(new byte[length]))
          .isInstanceOf(WireException.class)
          .hasMessage("ml-kem ciphertext must be 1088 bytes, was " + length);
    }
  }

  @Test
  void aPublicKeyWithACoefficientOutOfRangeIsRefused() {
    byte[] key = MlKem768.ofSeed(new byte[64]).publicKey();
    key[0] = (byte) 0xff;
    key[1] |= 0x0f;

    assertThatThrownBy(() -> MlKem768.encapsulate(key, out -> {}))
        .isInstanceOf(WireException.class);
  }
}
