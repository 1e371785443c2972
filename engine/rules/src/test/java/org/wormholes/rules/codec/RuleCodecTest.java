package org.wormholes.rules.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.rules.Samples;
import org.wormholes.rules.SourceMap;

class RuleCodecTest {
  /// RFC 8032 section 7.1, test 1.
  private static final String SEED =
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

  private static final String PUBLIC =
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

  private static final String DIGEST =
      "wr1-ed230463723549a588493d6b185a9aa84781dbe89bd9fd31d3d13ad30af95bf4";

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = RuleCodecTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  @Test
  void theBytesOfFormatOneDoNotChange() throws Exception {
    byte[] file = golden("quiet-web.format-1.wh");
    RuleFile read = RuleCodec.decode(file);
    assertThat(read.ruleset()).isEqualTo(Samples.quietWeb());
    assertThat(read.sources()).isEqualTo(Samples.quietWebSources());
    assertThat(read.signer()).isEmpty();
    assertThat(read.digest()).isEqualTo(RuleCodec.digest(Samples.quietWeb())).isEqualTo(DIGEST);
    assertThat(RuleCodec.encode(Samples.quietWeb(), Samples.quietWebSources())).isEqualTo(file);
  }

  @Test
  void theBytesOfSignedFilesDoNotChange() throws Exception {
    byte[] file = golden("quiet-web.signed.format-1.wh");
    assertThat(RuleCodec.decode(file).signer()).contains(PUBLIC);
    assertThat(RuleCodec.decode(file).digest()).isEqualTo(DIGEST);
    assertThat(RuleCodec.encode(Samples.quietWeb(), Samples.quietWebSources(), signer()))
        .isEqualTo(file);
  }

  @Test
  void theBytesOfFormatTwoDoNotChange() throws Exception {
    byte[] file = golden("groups.format-2.wh");
    RuleFile read = RuleCodec.decode(file);
    assertThat(read.ruleset()).isEqualTo(Samples.groups());
    assertThat(RuleCodec.encode(Samples.groups(), SourceMap.EMPTY)).isEqualTo(file);
  }

  @Test
  void theBytesOfFormatThreeDoNotChange() throws Exception {
    byte[] file = golden("gateways.format-3.wh");
    RuleFile read = RuleCodec.decode(file);
    assertThat(read.ruleset()).isEqualTo(Samples.gateways());
    assertThat(RuleCodec.encode(Samples.gateways(), SourceMap.EMPTY)).isEqualTo(file);
  }

  @Test
  void refusesAFileOfAnotherFormatThanItsContent() {
    byte[] file = RuleCodec.encode(Samples.quietWeb(), SourceMap.EMPTY);
    file[8] = 2;
    assertRefused(file, "the rule file says it has format 2, but holds format 1");
    byte[] newer = RuleCodec.encode(Samples.groups(), SourceMap.EMPTY);
    newer[8] = 1;
    assertRefused(newer, "the rule file says it has format 1, but holds format 2");
  }

  @Test
  void refusesASignatureOfSomeoneElse() {
    byte[] file = RuleCodec.encode(Samples.quietWeb(), SourceMap.EMPTY, signer());
    for (int at : new int[] {Envelope.HEADER, Envelope.HEADER + Envelope.KEY + 5}) {
      byte[] forged = file.clone();
      forged[at] ^= 1;
      assertThatThrownBy(() -> RuleCodec.decode(forged))
          .isInstanceOf(RuleFormatException.class)
          .hasMessage("the signature of the rule file is not its signer's");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
      })
  void refusesKeysOfLowOrderAndInOddSpellings(String key) {
    byte[] low = HexFormat.of().parseHex(key);
    byte[] signature = new byte[64];
    System.arraycopy(low, 0, signature, 0, 32);
    assertThat(new JdkEd25519().isValid(low, new byte[0], signature)).isFalse();
  }

  @Test
  void saysWhatIsWrongWithAnEnvelope() {
    byte[] file = RuleCodec.encode(Samples.quietWeb(), SourceMap.EMPTY);
    assertRefused(new byte[0], "this is not a rule file");
    assertRefused(changed(file, 0), "this is not a rule file");
    assertRefused(
        changed(file, 8),
        "the rule file has format 0, this engine reads 1 to 4: compile it again from its script");
    assertRefused(changed(file, 11), "the rule file has unknown flags");
    assertRefused(changed(file, 200), "the rule file is damaged: its checksum does not fit");
    assertRefused(
        Arrays.copyOf(file, file.length + 1),
        "the rule file has %d bytes, not as many as it says".formatted(file.length + 1));
    assertRefused(
        Arrays.copyOf(file, file.length - 1),
        "the rule file has %d bytes, not as many as it says".formatted(file.length - 1));
  }

  @Test
  void refusesBytesThatAreLeftOver() {
    byte[] body = RuleCodec.canonicalBytes(Samples.quietWeb());
    byte[] noSources = RuleCodec.encode(Samples.quietWeb(), SourceMap.EMPTY);
    byte[] sources = Arrays.copyOfRange(noSources, noSources.length - 16, noSources.length);
    byte[] longer = Arrays.copyOf(body, body.length + 8);
    assertRefused(Envelope.wrap(1, longer, sources, null), "the rule file has 8 bytes left over");
  }

  private static void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> RuleCodec.decode(file))
        .isInstanceOf(RuleFormatException.class)
        .hasMessage(message);
  }

  private static byte[] changed(byte[] file, int at) {
    byte[] changed = file.clone();
    changed[at] ^= 1;
    return changed;
  }

  static RuleSigner signer() {
    return new RuleSigner() {
      @Override
      public byte[] publicKey() {
        return HexFormat.of().parseHex(PUBLIC);
      }

      @Override
      public byte[] sign(byte[] message) {
        try {
          EdECPrivateKeySpec spec =
              new EdECPrivateKeySpec(NamedParameterSpec.ED25519, HexFormat.of().parseHex(SEED));
          PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(spec);
          Signature ed25519 = Signature.getInstance("Ed25519");
          ed25519.initSign(key);
          ed25519.update(message);
          return ed25519.sign();
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }
}
