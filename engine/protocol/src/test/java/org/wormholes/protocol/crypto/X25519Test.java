package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Vectors;
import org.wormholes.protocol.wire.WireException;

final class X25519Test {
  @Test
  void iteratedAgreementsGiveThePublishedKeys() throws WireException {
    Vectors.Case expected = Vectors.read("published/rfc/x25519-iterated.json").child("after");
    byte[] k = new byte[32];
    k[0] = 9;
    byte[] u = k;
    for (int i = 1; i <= 1_000; i++) {
      byte[] next = X25519.agree(k, u);
      u = k;
      k = next;
      if (i == 1) {
        assertThat(k).isEqualTo(expected.bytes("1"));
      }
    }
    assertThat(k).isEqualTo(expected.bytes("1000"));
  }

  @Test
  void javaAndBoringSslAgree() throws WireException {
    Agreement java = Agreement.inJava();
    Agreement boring = Agreement.inBoringSsl().orElseThrow();
    Random random = new Random(25_519);
    for (int i = 0; i < 500; i++) {
      byte[] secret = new byte[32];
      byte[] other = new byte[32];
      random.nextBytes(secret);
      random.nextBytes(other);
      byte[] share = X25519.publicOf(other);

      assertThat(boring.agree(secret, share))
          .isEqualTo(java.agree(secret, share))
          .isEqualTo(X25519.agree(other, X25519.publicOf(secret)));
    }
  }

  @Test
  void publicKeysOfLowOrderAreRefused() {
    for (String point :
        List.of(
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")) {
      byte[] key = HexFormat.of().parseHex(point);
      assertThat(X25519.isCanonical(key)).isTrue();
      for (Agreement each : List.of(Agreement.inJava(), Agreement.inBoringSsl().orElseThrow())) {
        assertThatThrownBy(() -> each.agree(new byte[32], key))
            .isInstanceOf(WireException.class)
            .hasMessage("x25519 public key is of low order");
      }
    }
  }

  @Test
  void keysAreCanonicalBelowThePrime() {
    String ones = "ff".repeat(30);
    assertThat(canonical("ec" + ones + "7f")).isTrue();
    assertThat(canonical("ed" + ones + "7f")).isFalse();
    assertThat(canonical("ff" + ones + "7f")).isFalse();
    assertThat(canonical("ff" + "ff".repeat(29) + "fe" + "7f")).isTrue();
    assertThat(canonical("00".repeat(31) + "80")).isFalse();
    assertThat(canonical("00".repeat(31))).isFalse();
  }

  private static boolean canonical(String hex) {
    return X25519.isCanonical(HexFormat.of().parseHex(hex));
  }
}
