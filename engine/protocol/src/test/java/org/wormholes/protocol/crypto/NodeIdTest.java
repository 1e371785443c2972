package org.wormholes.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.Vectors;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

final class NodeIdTest {
  @Test
  void addressesAreThoseOfTorsOnionServices() throws WireException {
    Vectors.Case file = Vectors.read("published/onion/tor-v3-addresses.json");
    for (String onion : file.texts("valid")) {
      String address = onion.substring(0, NodeId.ADDRESS_CHARS);
      assertThat(NodeId.parse(address).address()).isEqualTo(address);
      assertThat(NodeId.parse(address.toUpperCase(Locale.ROOT)).address()).isEqualTo(address);
    }
    for (Vectors.Case invalid : file.cases("invalid")) {
      String address = invalid.text("a").replace(".onion", "");
      assertThatThrownBy(() -> NodeId.parse(address))
          .as(invalid.text("why"))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void oneWrongCharacterIsNoticed() {
    String address = NodeKey.ofSeed(new byte[32]).id().address();
    for (int i = 0; i < address.length(); i++) {
      char other = address.charAt(i) == 'a' ? 'b' : 'a';
      String wrong = address.substring(0, i) + other + address.substring(i + 1);
      assertThatThrownBy(() -> NodeId.parse(wrong)).isInstanceOf(WireException.class);
    }
  }

  @Test
  void keysOfLowOrderOrOffTheCurveAreNoNames() {
    for (String key :
        List.of(
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            // Not canonical: p + 1.
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            // No point has this y.
            "0200000000000000000000000000000000000000000000000000000000000000")) {
      byte[] raw = HexFormat.of().parseHex(key);
      assertThatThrownBy(() -> new NodeId(Bytes.of(raw)))
          .as(key)
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> NodeId.decode(raw, 0)).as(key).isInstanceOf(WireException.class);
    }
  }

  @Test
  void theAgreementKeyIsTheImageOfTheName() {
    RepeatingEntropy entropy = new RepeatingEntropy("image");
    for (int i = 0; i < 50; i++) {
      NodeKey key = NodeKey.create(entropy);
      assertThat(key.id().agreementKey()).isEqualTo(X25519.publicOf(key.exposeAgreementKey()));
    }
  }

  @Test
  void whatANodeSignedIsItsOwn() {
    NodeKey key = NodeKey.create(new RepeatingEntropy("signer"));
    byte[] message = {1, 2, 3};
    byte[] signature = key.sign(message);

    assertThat(key.id().verify(message, signature)).isTrue();
    for (int bit = 0; bit < signature.length * 8; bit++) {
      byte[] changed = signature.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(key.id().verify(message, changed)).as("bit " + bit).isFalse();
    }
    assertThat(key.id().verify(new byte[] {1, 2, 4}, signature)).isFalse();
    assertThat(NodeKey.ofSeed(new byte[32]).id().verify(message, signature)).isFalse();
  }

  @Test
  void secretsDoNotPrintThemselves() {
    NodeKey key = NodeKey.create(new RepeatingEntropy("quiet"));
    String seed = HexFormat.of().formatHex(key.exposeSeed());

    assertThat(key.toString()).isEqualTo("NodeKey(secret)").doesNotContain(seed);
    assertThat(key.id().toString()).hasSize(7);
    assertThat(NodeKey.ofSeed(key.exposeSeed())).isEqualTo(key);
  }
}
