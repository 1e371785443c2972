package org.wormholes.protocol.onion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// Whatever comes as a packet, a reply, a cell or a key is taken or is a WireException.
final class OnionFuzzTest {
  private static final Entropy ENTROPY = new RepeatingEntropy("onion fuzz");
  private static final NodeKey NODE = NodeKey.create(ENTROPY);
  private static final OnionKeyPair PAIR = OnionKeyPair.create(9, ENTROPY);

  private static boolean peels(byte[] packet) {
    try {
      RelaySetup setup =
          RelaySetup.peel(
              NODE.id(), OnionKeyRing.of(PAIR), new ReplayCache(10, ENTROPY), packet, 0, ENTROPY);
      byte[] reply = new byte[Cells.LARGE_BODY];
      if (setup.last()) {
        setup.sealReply(setup.early(), reply, 0);
      } else {
        assertThat(setup.nextBody()).hasSize(Cells.LARGE_BODY);
        setup.wrapReply(setup.nextBody(), 0, reply, 0);
      }
      return true;
    } catch (SetupException e) {
      return false;
    }
  }

  @Test
  void packetsThatOpenAndHoldAnything() throws WireException {
    Random random = new Random(1);
    int taken = 0;
    for (int i = 0; i < 1_000; i++) {
      byte[] plain = new byte[SetupPacket.SEALED_BYTES];
      if (random.nextBoolean()) {
        random.nextBytes(plain);
      }
      plain[0] = (byte) random.nextInt(4);
      if (random.nextInt(4) > 0) {
        Arrays.fill(plain, 1, 48, (byte) 0);
        NODE.id().key().copyTo(plain, SetupPacket.NEXT_NODE);
        if (plain[0] != SetupPacket.KIND_ONWARD) {
          Arrays.fill(plain, SetupPacket.NEXT_NODE, 48, (byte) 0);
          plain[2] = (byte) random.nextInt(60);
        }
        plain[random.nextInt(48)] ^= (byte) random.nextInt(2);
      }
      byte[] packet = ForgedPacket.of(NODE.id(), PAIR.publicKey(), plain, ENTROPY);
      taken += peels(packet) ? 1 : 0;
    }
    assertThat(taken).as("seed 1").isBetween(50, 950);
  }

  @Test
  void packetsOfNoise() throws WireException {
    Random random = new Random(2);
    byte[] good = ForgedPacket.of(NODE.id(), PAIR.publicKey(), new byte[] {2}, ENTROPY);
    assertThat(peels(good)).isTrue();
    for (int i = 0; i < 1_000; i++) {
      byte[] packet = good.clone();
      int from = random.nextInt(packet.length);
      for (int k = from; k < Math.min(packet.length, from + 1 + random.nextInt(2_000)); k++) {
        packet[k] ^= (byte) (1 + random.nextInt(255));
      }
      assertThat(peels(packet)).as("seed 2, input " + i).isFalse();
    }
  }

  @Test
  void repliesOfNoise() throws WireException {
    Random random = new Random(3);
    for (int i = 0; i < 30; i++) {
      Circuit circuit = new Circuit("reply fuzz", 1 + i % 3, new byte[0]);
      byte[] reply = new byte[Cells.LARGE_BODY];
      random.nextBytes(reply);
      try {
        circuit.setup.finish(reply, 0);
        throw new AssertionError("seed 3, input " + i);
      } catch (WireException e) {
        assertThat(e).hasMessage("set-up reply does not open at hop 1");
      }
    }
  }

  @Test
  void cellsOfNoise() {
    Random random = new Random(4);
    Layers layers = new Layers("cell fuzz", 3);
    byte[] scratch = new byte[Cells.LARGE_BODY];
    for (int i = 0; i < 3_000; i++) {
      byte[] body = new byte[Cells.body(i % 20 == 0)];
      random.nextBytes(body);
      assertThat(layers.relay(i % 3).peel(body, 0, body.length, scratch, 0)).isFalse();
    }
    for (int i = 0; i < 500; i++) {
      byte[] body = new byte[Cells.SMALL_BODY];
      random.nextBytes(body);
      try {
        layers.client().open(body, 0, body.length);
        throw new AssertionError("seed 4, input " + i);
      } catch (WireException e) {
        assertThat(e).hasMessage("cell does not open at the layer of hop 1");
      }
    }
  }

  @Test
  void publicKeysOfNoise() {
    Random random = new Random(5);
    byte[] good = PAIR.publicKey().encode();
    int taken = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = Arrays.copyOf(good, good.length - (random.nextInt(10) == 0 ? 1 : 0));
      bytes[4 + random.nextInt(40)] = (byte) random.nextInt();
      bytes[35] = (byte) random.nextInt();
      try {
        OnionPublicKey.decode(bytes, 0, bytes.length);
        taken++;
      } catch (WireException e) {
        assertThat(e.getMessage()).startsWith("onion key");
      }
    }
    assertThat(taken).as("seed 5").isBetween(10_000, 40_000);
  }
}
