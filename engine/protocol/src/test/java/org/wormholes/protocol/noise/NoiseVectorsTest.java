package org.wormholes.protocol.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.Vectors;
import org.wormholes.protocol.Vectors.Case;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.WireException;

/// Published handshakes of every pattern, byte for byte, both sides; and the hybrid extension, for
/// which nobody publishes any.
final class NoiseVectorsTest {
  @TestFactory
  Stream<DynamicTest> handshakesOfCacophony() {
    return handshakesOf("cacophony", 80);
  }

  @TestFactory
  Stream<DynamicTest> handshakesOfSnow() {
    return handshakesOf("snow", 76);
  }

  private static Stream<DynamicTest> handshakesOf(String author, int expected) {
    List<Case> cases =
        Vectors.read("published/noise/" + author + "-25519-chachapoly.json").cases("vectors");
    assertThat(cases).hasSize(expected);
    return cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.text("protocol_name"), () -> replays(c)));
  }

  private static void replays(Case c) throws WireException {
    NoiseProtocol protocol = NoiseProtocol.of(c.text("protocol_name"));
    HandshakeState initiator = side(protocol, c, true);
    HandshakeState responder = side(protocol, c, false);
    boolean oneWay = protocol.pattern().messages().size() == 1;
    List<CipherState[]> states = new ArrayList<>();

    int turn = 0;
    for (Case message : c.cases("messages")) {
      boolean toResponder = oneWay || turn++ % 2 == 0;
      byte[] payload = message.bytes("payload");
      byte[] ciphertext = message.bytes("ciphertext");
      if (!initiator.finished()) {
        HandshakeState from = toResponder ? initiator : responder;
        HandshakeState to = toResponder ? responder : initiator;
        assertThat(from.write(payload)).isEqualTo(ciphertext);
        assertThat(to.read(ciphertext)).isEqualTo(payload);
        continue;
      }
      if (states.isEmpty()) {
        assertThat(initiator.transcript()).isEqualTo(responder.transcript());
        if (c.has("handshake_hash")) {
          assertThat(initiator.transcript()).isEqualTo(c.bytes("handshake_hash"));
        }
        states.add(initiator.split());
        states.add(responder.split());
      }
      int direction = toResponder ? 0 : 1;
      byte[] none = new byte[0];
      assertThat(states.get(direction)[direction].seal(none, payload)).isEqualTo(ciphertext);
      assertThat(states.get(1 - direction)[direction].open(none, ciphertext)).isEqualTo(payload);
    }
    assertThat(states).as("transport messages were reached").hasSize(2);
  }

  private static HandshakeState side(NoiseProtocol protocol, Case c, boolean initiator) {
    String side = initiator ? "init_" : "resp_";
    byte[] prologue = c.bytes(side + "prologue");
    byte[] localStatic = c.has(side + "static") ? c.bytes(side + "static") : null;
    byte[] remoteStatic = c.has(side + "remote_static") ? c.bytes(side + "remote_static") : null;
    Entropy ephemeral =
        c.has(side + "ephemeral")
            ? RepeatingEntropy.of(c.bytes(side + "ephemeral"))
            : RepeatingEntropy.of();
    List<byte[]> secrets =
        c.has(side + "psks")
            ? c.texts(side + "psks").stream().map(HexFormat.of()::parseHex).toList()
            : List.of();
    return new HandshakeState(
        protocol, initiator, prologue, localStatic, remoteStatic, secrets, ephemeral);
  }

  @Test
  void hybridForwardSecrecyMixesTheEncapsulatedSecretIn() throws WireException {
    for (String pattern : List.of("NNhfs", "XXhfs", "XKhfs", "IKhfs")) {
      NoiseProtocol protocol =
          NoiseProtocol.of("Noise_" + pattern + "_25519+MLKEM768_ChaChaPoly_BLAKE2s");
      HandshakeState[] sides = hybrid(protocol);
      int turn = 0;
      while (!sides[0].finished()) {
        byte[] payload = {(byte) turn};
        byte[] message = sides[turn % 2].write(payload);
        assertThat(sides[1 - turn % 2].read(message)).isEqualTo(payload);
        turn++;
      }
      assertThat(sides[0].transcript()).isEqualTo(sides[1].transcript());
      assertThat(sides[0].split()[1].exposeKey()).isEqualTo(sides[1].split()[1].exposeKey());
    }
  }

  @Test
  void aChangedCiphertextOfTheHybridStepIsRefused() throws WireException {
    NoiseProtocol protocol = NoiseProtocol.of("Noise_NNhfs_25519+MLKEM768_AESGCM_SHA256");
    HandshakeState[] sides = hybrid(protocol);
    sides[1].read(sides[0].write(new byte[0]));
    byte[] answer = sides[1].write(new byte[0]);
    answer[100] ^= 1;

    assertThatThrownBy(() -> sides[0].read(answer)).isInstanceOf(WireException.class);
  }

  @Test
  void keysThatAreOnlyUsedInTheAnswerAreRefusedThere() throws WireException {
    NoiseProtocol hybrid = NoiseProtocol.of("Noise_NNhfs_25519+MLKEM768_AESGCM_SHA256");
    byte[] hello = hybrid(hybrid)[0].write(new byte[0]);
    byte[] overflown = hello.clone();
    Arrays.fill(overflown, 32, 64, (byte) 0xff);
    byte[] lowOrder = hello.clone();
    Arrays.fill(lowOrder, 0, 32, (byte) 0);
    byte[] notCanonical = hello.clone();
    Arrays.fill(notCanonical, 0, 32, (byte) 0xff);
    for (byte[] message : List.of(overflown, lowOrder, notCanonical)) {
      HandshakeState responder = hybrid(hybrid)[1];
      responder.read(message);
      assertThatThrownBy(() -> responder.write(new byte[0])).isInstanceOf(WireException.class);
    }
  }

  @Test
  void aMessageThatIsCutAnywhereIsRefused() throws WireException {
    NoiseProtocol protocol = NoiseProtocol.of("Noise_XKhfs_25519+MLKEM768_AESGCM_SHA256");
    byte[] message = hybrid(protocol)[0].write(new byte[32]);
    for (int length = 0; length < message.length; length += 7) {
      byte[] cut = Arrays.copyOf(message, length);
      HandshakeState responder = hybrid(protocol)[1];
      assertThatThrownBy(() -> responder.read(cut)).isInstanceOf(WireException.class);
    }
  }

  private static HandshakeState[] hybrid(NoiseProtocol protocol) {
    Entropy entropy = new RepeatingEntropy("hybrid");
    byte[] ours = X25519.createPrivate(entropy);
    byte[] theirs = X25519.createPrivate(entropy);
    byte[] known = protocol.pattern().responderKnown() ? X25519.publicOf(theirs) : null;
    return new HandshakeState[] {
      new HandshakeState(protocol, true, new byte[0], ours, known, List.of(), entropy),
      new HandshakeState(protocol, false, new byte[0], theirs, null, List.of(), entropy)
    };
  }

  @Test
  void namesThatAreNotSupportedAreRefused() {
    for (String name :
        List.of(
            "Noise_XX_448_ChaChaPoly_SHA256",
            "Noise_XX_25519_ChaChaPoly_SHA512",
            "Noise_ZZ_25519_ChaChaPoly_SHA256",
            "Noise_XXfoo_25519_ChaChaPoly_SHA256",
            "Noise_Nhfs_25519+MLKEM768_ChaChaPoly_SHA256",
            "Noise_XXhfs_25519_ChaChaPoly_SHA256",
            "XX_25519_ChaChaPoly_SHA256")) {
      assertThatThrownBy(() -> NoiseProtocol.of(name))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
