package org.wormholes.protocol.onion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.onion.SetupException.Kind;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

final class SetupTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void onePacketBuildsTheCircuitAndBringsTheFirstBytes(int hops) throws WireException {
    byte[] early = new RepeatingEntropy("early").bytes(ClientSetup.earlyCapacity(hops));
    byte[] welcome = new RepeatingEntropy("welcome").bytes(ClientSetup.REPLY_CAPACITY);
    Circuit circuit = new Circuit("whole", hops, early);
    circuit.forwardSetup();
    for (int i = 0; i < hops; i++) {
      RelaySetup setup = circuit.setups.get(i);
      assertThat(circuit.packets.get(i)).hasSize(Cells.LARGE_BODY);
      assertThat(setup.last()).isEqualTo(i == hops - 1);
      if (!setup.last()) {
        assertThat(setup.next()).isEqualTo(circuit.nodes.get(i + 1).id());
      }
    }
    assertThat(circuit.setups.getLast().early()).isEqualTo(early);
    assertThatThrownBy(() -> circuit.setups.getLast().next())
        .isInstanceOf(IllegalStateException.class);

    circuit.backwardReply(welcome);
    ClientOnion client = circuit.client();
    assertThat(circuit.setup.replyPayload()).isEqualTo(welcome);

    byte[] payload = circuit.entropy.bytes(Cells.SMALL_PAYLOAD);
    byte[] body = Layers.body(false, payload);
    client.seal(body, 0, body.length);
    for (int i = 0; i < hops; i++) {
      byte[] peeled = new byte[body.length];
      assertThat(circuit.layer(i).peel(body, 0, body.length, peeled, 0)).isTrue();
      body = peeled;
    }
    assertThat(Arrays.copyOfRange(body, Cells.DELIVERED_OFFSET, body.length)).isEqualTo(payload);
  }

  @Test
  void earlyCapacityFollowsFromTheNumberOfHops() {
    assertThat(ClientSetup.earlyCapacity(1)).isEqualTo(15_164);
    assertThat(ClientSetup.earlyCapacity(3)).isEqualTo(12_796);
    assertThat(ClientSetup.earlyCapacity(8)).isEqualTo(6_876);
    assertThat(ClientSetup.REPLY_CAPACITY).isEqualTo(15_968);
    for (int hops : new int[] {-1, 0, 9}) {
      assertThatThrownBy(() -> ClientSetup.earlyCapacity(hops))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Circuit("too much", 3, new byte[12_797]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFlippedBitOfThePacketIsNoticedByTheNextHop() throws WireException {
    Circuit circuit = new Circuit("flips", 3, new byte[100]);
    circuit.forwardSetup();
    for (int hop = 0; hop < 3; hop++) {
      byte[] packet = circuit.packets.get(hop);
      for (int bit = 0; bit < packet.length * 8; bit += hop == 0 ? 331 : 1_009) {
        byte[] changed = packet.clone();
        changed[bit / 8] ^= (byte) (1 << (bit % 8));
        Kind expected = bit < 32 ? Kind.STALE_KEY : Kind.BROKEN;
        assertThat(refused(circuit, hop, changed)).as("bit " + bit).isEqualTo(expected);
      }
    }
  }

  private static Kind refused(Circuit circuit, int hop, byte[] packet) {
    try {
      circuit.peelSetup(hop, packet);
      throw new AssertionError("the packet was taken");
    } catch (SetupException e) {
      return e.kind();
    }
  }

  @Test
  void aPacketIsTakenOnce() throws WireException {
    Circuit circuit = new Circuit("twice", 3, new byte[0]);
    circuit.forwardSetup();
    for (int hop = 0; hop < 3; hop++) {
      assertThat(refused(circuit, hop, circuit.packets.get(hop))).isEqualTo(Kind.REPLAYED);
    }
  }

  @Test
  void aPacketForAnotherNodeDoesNotOpen() throws WireException {
    Circuit circuit = new Circuit("astray", 3, new byte[0]);
    circuit.forwardSetup();
    byte[] packet = circuit.packets.get(1);
    assertThat(refused(circuit, 0, packet)).isEqualTo(Kind.STALE_KEY);
    BigEndian.putI32(packet, 0, circuit.pairs.get(0).id());
    assertThat(refused(circuit, 0, packet)).isEqualTo(Kind.BROKEN);
    // The right onion key under the wrong name: keys are bound to both.
    NodeKey other = NodeKey.create(circuit.entropy);
    assertThatThrownBy(() ->
            RelaySetup.peel(
                other.id(),
                OnionKeyRing.of(circuit.pairs.get(0)),
                new ReplayCache(10, circuit.entropy),
                circuit.packets.get(0),
                0,
                circuit.entropy))
        .isInstanceOf(SetupException.class);
  }

  @Test
  void sharesOfLowOrderOrNotCanonicalAreRefused() throws WireException {
    Circuit circuit = new Circuit("shares", 1, new byte[0]);
    byte[] packet = circuit.setup.packet();
    byte[] zero = packet.clone();
    Arrays.fill(zero, SetupPacket.SHARE, SetupPacket.KEM, (byte) 0);
    byte[] high = packet.clone();
    Arrays.fill(high, SetupPacket.SHARE, SetupPacket.KEM, (byte) 0xff);

    assertThat(refused(circuit, 0, zero)).isEqualTo(Kind.BROKEN);
    assertThat(refused(circuit, 0, high)).isEqualTo(Kind.BROKEN);
  }

  @Test
  void routingIsReadStrictly() throws WireException {
    byte[] node = NodeKey.create(new RepeatingEntropy("next")).id().key().toArray();
    byte[] onward = new byte[SetupPacket.ROUTING];
    onward[0] = SetupPacket.KIND_ONWARD;
    System.arraycopy(node, 0, onward, SetupPacket.NEXT_NODE, 32);
    byte[] last = new byte[SetupPacket.ROUTING];
    last[0] = SetupPacket.KIND_LAST;

    assertThat(takes(onward)).isTrue();
    assertThat(takes(last)).isTrue();
    assertThat(takes(with(onward, 0, 0))).isFalse();
    assertThat(takes(with(onward, 0, 3))).isFalse();
    assertThat(takes(with(onward, 1, 1))).isFalse();
    assertThat(takes(with(onward, 3, 1))).isFalse();
    assertThat(takes(with(onward, 8, 1))).isFalse();
    assertThat(takes(with(onward, 15, 1))).isFalse();
    assertThat(takes(with(onward, SetupPacket.NEXT_NODE + 31, 0xff))).isFalse();
    assertThat(takes(with(last, 7, 1))).isFalse();
    assertThat(takes(with(last, SetupPacket.NEXT_NODE, 1))).isFalse();
    assertThat(takes(with(last, 2, 0xff))).as("early length past the packet").isFalse();
  }

  private static byte[] with(byte[] routing, int at, int value) {
    byte[] changed = routing.clone();
    changed[at] = (byte) value;
    return changed;
  }

  /// Whether a relay takes a packet with this routing from a client that does all else right.
  private static boolean takes(byte[] routing) throws WireException {
    Circuit circuit = new Circuit("routing", 1, new byte[0]);
    byte[] packet =
        ForgedPacket.of(
            circuit.nodes.get(0).id(), circuit.pairs.get(0).publicKey(), routing, circuit.entropy);
    try {
      circuit.peelSetup(0, packet);
      return true;
    } catch (SetupException e) {
      assertThat(e.kind()).isEqualTo(Kind.BROKEN);
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void aChangedReplyIsBlamedOnTheRightHop(int hops) throws WireException {
    for (int hop = 0; hop < hops; hop++) {
      Circuit circuit = new Circuit("reply", hops, new byte[0]);
      circuit.forwardSetup();
      Random random = new Random(hop);
      byte[] reply = new byte[Cells.LARGE_BODY];
      circuit.setups.getLast().sealReply(new byte[0], reply, 0);
      for (int at = hops - 1; at >= 0; at--) {
        if (at < hops - 1) {
          byte[] wrapped = new byte[reply.length];
          circuit.setups.get(at).wrapReply(reply, 0, wrapped, 0);
          reply = wrapped;
        }
        if (at == hop) {
          // What the hops before drop, the client restores, and blames one of them.
          reply[48 * at + random.nextInt(reply.length - 48 * at)] ^= 1;
        }
      }
      byte[] changed = reply;
      assertThatThrownBy(() -> circuit.setup.finish(changed, 0))
          .isInstanceOf(WireException.class)
          .hasMessage("set-up reply does not open at hop " + (hop + 1));
      assertThatThrownBy(() -> circuit.setup.finish(changed, 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aReplyIsMadeOnce() throws WireException {
    Circuit circuit = new Circuit("once", 2, new byte[0]);
    circuit.forwardSetup();
    circuit.backwardReply(new byte[0]);
    byte[] body = new byte[Cells.LARGE_BODY];

    assertThatThrownBy(() -> circuit.setups.get(0).wrapReply(body, 0, body, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> circuit.setups.get(1).sealReply(new byte[0], body, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> circuit.setups.get(0).sealReply(new byte[0], body, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> circuit.setups.get(1).wrapReply(body, 0, body, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theKeysOfTheLayersFollowFromFreshSharesNotFromTheOnionKeyAlone() throws WireException {
    Circuit circuit = Circuit.built("fresh", 1);
    ClientOnion client = circuit.client();
    // Who records the packet and later has the relay's onion key can peel it, but draws another
    // share: the layers are not those of the circuit.
    RelaySetup again =
        RelaySetup.peel(
            circuit.nodes.get(0).id(),
            OnionKeyRing.of(circuit.pairs.get(0)),
            new ReplayCache(10, circuit.entropy),
            circuit.packets.get(0),
            0,
            new RepeatingEntropy("thief"));
    byte[] body = Layers.body(false, new byte[1]);
    client.seal(body, 0, body.length);

    assertThat(again.layer().peel(body, 0, body.length, new byte[body.length], 0)).isFalse();
    assertThat(circuit.layer(0).peel(body, 0, body.length, new byte[body.length], 0)).isTrue();
  }

  @Test
  void ringsKeepTheLastKeyAndCachesForgetWithIt() throws WireException {
    Circuit circuit = new Circuit("rotation", 1, new byte[0]);
    OnionKeyPair old = circuit.pairs.get(0);
    ReplayCache replays = circuit.replays.get(0);
    circuit.peelSetup(0, circuit.setup.packet());
    OnionKeyRing once = OnionKeyRing.of(old).rotated(OnionKeyPair.create(7, circuit.entropy));
    OnionKeyRing twice = once.rotated(OnionKeyPair.create(8, circuit.entropy));

    assertThat(once.current().id()).isEqualTo(7);
    assertThat(once.find(old.id())).contains(old);
    assertThat(twice.find(old.id())).isEmpty();
    assertThat(twice.keys()).hasSize(2);
    assertThatThrownBy(() -> once.rotated(old)).isInstanceOf(IllegalArgumentException.class);
    replays.retain(once);
    assertThat(replays.size()).isEqualTo(1);
    replays.retain(twice);
    assertThat(replays.size()).isZero();
  }

  @Test
  void aKeyThatWasPublishedWrongIsNoticedByTheClient() {
    RepeatingEntropy entropy = new RepeatingEntropy("published");
    OnionPublicKey good = OnionKeyPair.create(1, entropy).publicKey();
    NodeKey node = NodeKey.create(entropy);
    byte[] overflown = good.encapsulation().toArray();
    overflown[0] = (byte) 0xff;
    overflown[1] = (byte) 0xff;
    List<OnionPublicKey> keys =
        List.of(
            new OnionPublicKey(1, good.agreement(), Bytes.of(overflown)),
            new OnionPublicKey(1, Bytes.of(new byte[32]), good.encapsulation()));
    for (OnionPublicKey key : keys) {
      assertThatThrownBy(
              () -> ClientSetup.build(List.of(new HopKey(node.id(), key)), new byte[0], entropy))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void publicKeysAreReadStrictly() throws WireException {
    OnionPublicKey key = OnionKeyPair.ofSeed(-5, new byte[96]).publicKey();
    byte[] encoded = key.encode();

    assertThat(encoded).hasSize(OnionPublicKey.BYTES);
    assertThat(OnionPublicKey.decode(encoded, 0, encoded.length)).isEqualTo(key);
    assertThatThrownBy(() -> OnionPublicKey.decode(encoded, 0, encoded.length - 1))
        .isInstanceOf(WireException.class);
    encoded[4 + 31] |= (byte) 0x80;
    assertThatThrownBy(() -> OnionPublicKey.decode(encoded, 0, encoded.length))
        .isInstanceOf(WireException.class);
  }
}
