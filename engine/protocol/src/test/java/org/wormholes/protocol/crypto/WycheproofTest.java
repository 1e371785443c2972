package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.Vectors;
import org.wormholes.protocol.Vectors.Case;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Project Wycheproof: the inputs that implementations got wrong before.
final class WycheproofTest {
  private static List<Case> groups(String name) {
    return Vectors.read("published/wycheproof/" + name + "_test.json").cases("testGroups");
  }

  private static boolean valid(Case test) {
    return test.text("result").equals("valid");
  }

  @Test
  void x25519AgreesOrRefusesWhatIsNotCanonicalOrOfLowOrder() throws WireException {
    int refused = 0;
    int agreed = 0;
    for (Case test : groups("x25519").getFirst().cases("tests")) {
      byte[] publicKey = test.bytes("public");
      byte[] shared = test.bytes("shared");
      if (!X25519.isCanonical(publicKey) || Arrays.equals(shared, new byte[32])) {
        assertThat(test.text("result")).isEqualTo("acceptable");
        assertThatThrownBy(() -> X25519.agree(test.bytes("private"), publicKey))
            .as(test.toString())
            .isInstanceOf(WireException.class);
        refused++;
      } else {
        assertThat(X25519.agree(test.bytes("private"), publicKey))
            .as(test.toString())
            .isEqualTo(shared);
        agreed++;
      }
    }
    assertThat(agreed + refused).isEqualTo(518);
    assertThat(refused).isPositive().isLessThan(100);
  }

  @Test
  void ed25519Signatures() {
    int count = 0;
    for (Case group : groups("ed25519")) {
      NodeId signer = new NodeId(Bytes.of(group.child("publicKey").bytes("pk")));
      for (Case test : group.cases("tests")) {
        assertThat(signer.verify(test.bytes("msg"), test.bytes("sig")))
            .as(test.toString())
            .isEqualTo(valid(test));
        count++;
      }
    }
    assertThat(count).isEqualTo(151);
  }

  @Test
  void aesGcm() {
    int sealed = 0;
    int counted = 0;
    for (Case group : groups("aes_gcm")) {
      if (group.number("ivSize") != 96 || group.number("keySize") == 192) {
        continue;
      }
      for (Case test : group.cases("tests")) {
        byte[] expected = joined(test.bytes("ct"), test.bytes("tag"));
        Optional<byte[]> opened =
            Aead.AES_GCM.open(test.bytes("key"), test.bytes("iv"), test.bytes("aad"), expected);
        assertThat(opened.isPresent()).as(test.toString()).isEqualTo(valid(test));
        if (valid(test)) {
          assertThat(opened.orElseThrow()).isEqualTo(test.bytes("msg"));
          assertThat(
                  Aead.AES_GCM.seal(
                      test.bytes("key"), test.bytes("iv"), test.bytes("aad"), test.bytes("msg")))
              .isEqualTo(expected);
          sealed++;
        }
        if (group.number("keySize") == 256 && startsWithZeros(test.bytes("iv"))) {
          counterNonce(test, expected);
          counted++;
        }
      }
    }
    assertThat(sealed).isGreaterThan(60);
    assertThat(counted).isPositive();
  }

  /// The same through the type that cells use, where the nonce is of its form.
  private static void counterNonce(Case test, byte[] expected) {
    long counter = ByteBuffer.wrap(test.bytes("iv")).getLong(4);
    byte[] aad = test.bytes("aad");
    byte[] opened = new byte[Math.max(expected.length - 16, 0)];
    boolean right =
        AesGcm.opening(test.bytes("key"))
            .open(counter, aad, 0, aad.length, expected, 0, expected.length, opened, 0);
    assertThat(right).as(test.toString()).isEqualTo(valid(test));
  }

  private static boolean startsWithZeros(byte[] nonce) {
    return nonce[0] == 0 && nonce[1] == 0 && nonce[2] == 0 && nonce[3] == 0;
  }

  @Test
  void hkdf() {
    int count = 0;
    for (Case group : groups("hkdf_sha256")) {
      for (Case test : group.cases("tests")) {
        byte[] key = Hkdf.extract(test.bytes("salt"), test.bytes("ikm"));
        if (valid(test)) {
          assertThat(Hkdf.expand(key, test.bytes("info"), test.number("size")))
              .as(test.toString())
              .isEqualTo(test.bytes("okm"));
        } else {
          assertThatThrownBy(() -> Hkdf.expand(key, test.bytes("info"), test.number("size")))
              .as(test.toString())
              .isInstanceOf(IllegalArgumentException.class);
        }
        count++;
      }
    }
    assertThat(count).isEqualTo(86);
  }

  @Test
  void hmac() {
    int count = 0;
    for (Case group : groups("hmac_sha256")) {
      for (Case test : group.cases("tests")) {
        byte[] tag = Hkdf.hmac(test.bytes("key"), test.bytes("msg"));
        byte[] cut = Arrays.copyOf(tag, group.number("tagSize") / 8);
        assertThat(Arrays.equals(cut, test.bytes("tag")))
            .as(test.toString())
            .isEqualTo(valid(test));
        count++;
      }
    }
    assertThat(count).isPositive();
  }

  @Test
  void mlKemKeysFromSeeds() {
    int count = 0;
    for (Case test :
        Vectors.read("published/wycheproof/mlkem_768_keygen_seed_test.json")
            .cases("testGroups")
            .getFirst()
            .cases("tests")) {
      MlKem768.Pair pair = MlKem768.ofSeed(test.bytes("seed"));
      assertThat(pair.publicKey()).isEqualTo(test.bytes("ek"));
      assertThat(MlKem768Test.expanded(pair)).isEqualTo(test.bytes("dk"));
      count++;
    }
    assertThat(count).isPositive();
  }

  @Test
  void mlKemEncapsulation() throws WireException {
    int refused = 0;
    for (Case group : groups("mlkem_768_encaps")) {
      for (Case test : group.cases("tests")) {
        Entropy message = RepeatingEntropy.of(test.bytes("m"));
        if (valid(test)) {
          var result = MlKem768.encapsulate(test.bytes("ek"), message);
          assertThat(result.ciphertext()).isEqualTo(test.bytes("c"));
          assertThat(result.secret()).isEqualTo(test.bytes("K"));
        } else {
          assertThatThrownBy(() -> MlKem768.encapsulate(test.bytes("ek"), message))
              .as(test.toString())
              .isInstanceOf(WireException.class);
          refused++;
        }
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void mlKemDecapsulation() throws WireException {
    for (Case group : groups("mlkem_768")) {
      for (Case test : group.cases("tests")) {
        if (valid(test)) {
          MlKem768.Pair pair = MlKem768.ofSeed(test.bytes("seed"));
          if (test.has("ek")) {
            assertThat(pair.publicKey()).isEqualTo(test.bytes("ek"));
          }
          assertThat(pair.decapsulate(test.bytes("c")))
              .as(test.toString())
              .isEqualTo(test.bytes("K"));
        } else {
          assertThatThrownBy(() -> MlKem768.ofSeed(test.bytes("seed")).decapsulate(test.bytes("c")))
              .as(test.toString())
              .isInstanceOfAny(WireException.class, IllegalArgumentException.class);
        }
      }
    }
  }

  @Test
  void mlKemDecapsulationWithStoredKeys() throws WireException {
    for (Case group : groups("mlkem_768_semi_expanded_decaps")) {
      for (Case test : group.cases("tests")) {
        if (valid(test)) {
          assertThat(MlKem768.ofExpanded(test.bytes("dk")).decapsulate(test.bytes("c")))
              .as(test.toString())
              .isEqualTo(test.bytes("K"));
        } else {
          assertThatThrownBy(
                  () -> MlKem768.ofExpanded(test.bytes("dk")).decapsulate(test.bytes("c")))
              .as(test.toString())
              .isInstanceOf(WireException.class);
        }
      }
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] out = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, out, first.length, second.length);
    return out;
  }
}
