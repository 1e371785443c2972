package org.wormholes.protocol.onion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// What holds for the layers of every circuit.
final class OnionProperties {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatOneEndSealsTheOtherReadsAcrossRatchets(int hops) throws WireException {
    Random random = new Random(hops);
    Layers circuit = new Layers("both ways", hops);
    ClientOnion client = circuit.client();
    List<RelayLayer> relays = circuit.relays();
    assertThat(client.hops()).isEqualTo(hops);
    for (int cell = 0; cell < 2_100; cell++) {
      boolean large = cell < 5 || random.nextInt(50) == 0;
      int length = Cells.body(large);
      byte[] payload = new byte[Cells.payload(large)];
      random.nextBytes(payload);

      byte[] body = Layers.body(large, payload);
      client.seal(body, 0, length);
      for (int hop = 0; hop < hops; hop++) {
        byte[] peeled = new byte[length];
        assertThat(relays.get(hop).peel(body, 0, length, peeled, 0)).isTrue();
        body = peeled;
      }
      assertThat(payloadOf(body, length)).isEqualTo(payload);

      byte[] back = Layers.body(large, payload);
      relays.get(hops - 1).seal(back, 0, length);
      for (int hop = hops - 2; hop >= 0; hop--) {
        byte[] wrapped = new byte[length];
        relays.get(hop).wrap(back, 0, length, wrapped, 0);
        back = wrapped;
      }
      int at = client.open(back, 0, length);
      assertThat(Arrays.copyOfRange(client.opened(), at, at + payload.length)).isEqualTo(payload);
    }
  }

  private static byte[] payloadOf(byte[] body, int length) {
    return Arrays.copyOfRange(body, Cells.DELIVERED_OFFSET, length);
  }

  @Test
  void sealsAndOpensAtAnyPlaceOfAnArrayAndTouchesNothingElse() throws WireException {
    Layers circuit = new Layers("offsets", 8);
    ClientOnion client = circuit.client();
    byte[] payload = circuit.entropy.bytes(Cells.SMALL_PAYLOAD);
    byte[] array = new byte[4_000];
    Arrays.fill(array, (byte) 0x55);
    System.arraycopy(payload, 0, array, 1_000 + Cells.PAYLOAD_OFFSET, payload.length);
    client.seal(array, 1_000, Cells.SMALL_BODY);
    byte[] peeled = new byte[5_000];
    Arrays.fill(peeled, (byte) 0x66);

    assertThat(circuit.relay(0).peel(array, 1_000, Cells.SMALL_BODY, peeled, 2_000)).isTrue();
    for (int i = 0; i < array.length; i++) {
      if (i < 1_000 || i >= 1_000 + Cells.SMALL_BODY) {
        assertThat(array[i]).isEqualTo((byte) 0x55);
      }
    }
    for (int i = 0; i < peeled.length; i++) {
      if (i < 2_000 || i >= 2_000 + Cells.SMALL_BODY) {
        assertThat(peeled[i]).isEqualTo((byte) 0x66);
      }
    }
  }

  /// Every bit of a small cell, flipped on its way to every hop, on paths of 1 and 3 hops; each
  /// seventh on 8 hops. A sample of the bits of a large one is below.
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void aFlippedBitDiesAtTheNextHop(int hops) throws WireException {
    Layers circuit = new Layers("flips", hops);
    ClientOnion client = circuit.client();
    List<RelayLayer> relays = circuit.relays();
    byte[] body = Layers.body(false, new byte[Cells.SMALL_PAYLOAD]);
    client.seal(body, 0, body.length);
    byte[][] onWire = new byte[hops + 1][body.length];
    onWire[0] = body;
    for (int hop = 0; hop < hops; hop++) {
      assertThat(relays.get(hop).peel(onWire[hop], 0, body.length, onWire[hop + 1], 0)).isTrue();
    }
    byte[] scratch = new byte[body.length];
    for (int hop = 0; hop < hops; hop++) {
      for (int bit = 0; bit < body.length * 8; bit += hops > 3 ? 7 : 1) {
        RelayLayer layer = circuit.relay(hop);
        onWire[hop][bit / 8] ^= (byte) (1 << (bit % 8));
        if (layer.peel(onWire[hop], 0, body.length, scratch, 0)) {
          fail("hop %s took a cell with bit %s flipped", hop, bit);
        }
        onWire[hop][bit / 8] ^= (byte) (1 << (bit % 8));
        if (bit % 64 == 0) {
          assertThat(layer.peel(onWire[hop], 0, body.length, scratch, 0))
              .as("a broken layer stays broken")
              .isFalse();
        }
      }
      assertThat(circuit.relay(hop).peel(onWire[hop], 0, body.length, scratch, 0)).isTrue();
    }
  }

  @Test
  void aFlippedBitOfALargeCellDiesAtTheNextHop() throws WireException {
    Layers circuit = new Layers("large flips", 3);
    ClientOnion client = circuit.client();
    List<RelayLayer> relays = circuit.relays();
    byte[] body = Layers.body(true, new byte[Cells.LARGE_PAYLOAD]);
    client.seal(body, 0, body.length);
    byte[] scratch = new byte[body.length];
    for (int hop = 0; hop < 3; hop++) {
      for (int bit = 0; bit < body.length * 8; bit += 61) {
        body[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThat(circuit.relay(hop).peel(body, 0, body.length, scratch, 0)).isFalse();
        body[bit / 8] ^= (byte) (1 << (bit % 8));
      }
      byte[] next = new byte[body.length];
      assertThat(relays.get(hop).peel(body, 0, body.length, next, 0)).isTrue();
      body = next;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void aBitFlippedOnTheWayBackIsBlamedOnTheRightHop(int hops) throws WireException {
    for (int hop = 0; hop < hops; hop++) {
      Random random = new Random(hop);
      for (int sample = 0; sample < 12; sample++) {
        Layers circuit = new Layers("back flips", hops);
        ClientOnion client = circuit.client();
        List<RelayLayer> relays = circuit.relays();
        byte[] body = Layers.body(false, new byte[Cells.SMALL_PAYLOAD]);
        relays.get(hops - 1).seal(body, 0, body.length);
        for (int at = hops - 1; at >= 0; at--) {
          if (at < hops - 1) {
            byte[] wrapped = new byte[body.length];
            relays.get(at).wrap(body, 0, body.length, wrapped, 0);
            body = wrapped;
          }
          if (at == hop) {
            // What the hops before drop, the client restores, and blames one of them.
            int from = 16 * at;
            int bit = from * 8 + random.nextInt((body.length - from) * 8);
            body[bit / 8] ^= (byte) (1 << (bit % 8));
          }
        }
        byte[] last = body;
        assertThatThrownBy(() -> client.open(last, 0, last.length))
            .isInstanceOf(WireException.class)
            .hasMessage("cell does not open at the layer of hop " + (hop + 1));
        assertThatThrownBy(() -> client.open(last, 0, last.length))
            .isInstanceOf(WireException.class)
            .hasMessage("circuit is broken");
      }
    }
  }

  @Test
  void aBitFlippedInTheSlackOnTheWayBackIsNoticedUnlessItIsDroppedAtOnce() throws WireException {
    for (int bit = 0; bit < Cells.PAYLOAD_OFFSET * 8; bit++) {
      Layers circuit = new Layers("slack flips", 8);
      ClientOnion client = circuit.client();
      List<RelayLayer> relays = circuit.relays();
      byte[] body = Layers.body(false, new byte[Cells.SMALL_PAYLOAD]);
      relays.get(7).seal(body, 0, body.length);
      body[bit / 8] ^= (byte) (1 << (bit % 8));
      for (int at = 6; at >= 0; at--) {
        byte[] wrapped = new byte[body.length];
        relays.get(at).wrap(body, 0, body.length, wrapped, 0);
        body = wrapped;
      }
      byte[] last = body;
      if (bit < 16 * 8) {
        client.open(last, 0, last.length);
      } else {
        assertThatThrownBy(() -> client.open(last, 0, last.length))
            .isInstanceOf(WireException.class);
      }
    }
  }

  @Test
  void cellsThatComeTwiceOrSwappedOrNotAtAllDieAtTheFirstHop() throws WireException {
    byte[][] cells = new byte[3][];
    Layers circuit = new Layers("order", 3);
    ClientOnion client = circuit.client();
    for (int i = 0; i < cells.length; i++) {
      cells[i] = Layers.body(false, new byte[] {(byte) i});
      client.seal(cells[i], 0, cells[i].length);
    }
    assertThat(passes(circuit, cells[0], cells[1], cells[2])).isEqualTo(3);
    assertThat(passes(circuit, cells[0], cells[0])).isEqualTo(1);
    assertThat(passes(circuit, cells[1], cells[0])).isZero();
    assertThat(passes(circuit, cells[0], cells[2])).isEqualTo(1);
  }

  private static int passes(Layers circuit, byte[]... cells) {
    RelayLayer layer = circuit.relay(0);
    int passed = 0;
    for (byte[] cell : cells) {
      if (!layer.peel(cell, 0, cell.length, new byte[cell.length], 0)) {
        break;
      }
      passed++;
    }
    return passed;
  }

  @Test
  void aCellOfAnotherSizeOrCircuitOrDirectionDoesNotOpen() throws WireException {
    Layers circuit = new Layers("mixed", 2);
    Layers other = new Layers("other", 2);
    ClientOnion client = circuit.client();
    byte[] cell = Layers.body(true, new byte[1]);
    client.seal(cell, 0, cell.length);
    byte[] scratch = new byte[Cells.LARGE_BODY];

    assertThat(circuit.relay(0).peel(cell, 0, Cells.SMALL_BODY, scratch, 0)).isFalse();
    assertThat(other.relay(0).peel(cell, 0, cell.length, scratch, 0)).isFalse();
    assertThat(circuit.relay(1).peel(cell, 0, cell.length, scratch, 0)).isFalse();
    assertThatThrownBy(() -> client.open(cell, 0, cell.length)).isInstanceOf(WireException.class);
  }

  /// What a hop sees must not depend on where it stands: same sizes, and nothing that repeats from
  /// cell to cell, in either direction, also in the slack.
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void nothingThatAHopSeesShowsItsPosition(int hops) throws WireException {
    Layers circuit = new Layers("position", hops);
    ClientOnion client = circuit.client();
    List<RelayLayer> relays = circuit.relays();
    byte[] previous = new byte[Cells.PAYLOAD_OFFSET];
    for (int cell = 0; cell < 40; cell++) {
      byte[] body = Layers.body(false, new byte[Cells.SMALL_PAYLOAD]);
      client.seal(body, 0, body.length);
      for (int hop = 0; hop < hops; hop++) {
        assertLooksRandom(body);
        byte[] peeled = new byte[body.length];
        assertThat(relays.get(hop).peel(body, 0, body.length, peeled, 0)).isTrue();
        body = peeled;
      }
      // The last hop sees the payload, and before it only noise that is new in each cell.
      byte[] slack = Arrays.copyOfRange(body, Cells.TAG, Cells.DELIVERED_OFFSET);
      assertThat(slack).isNotEqualTo(previous);
      for (int block = 0; block < slack.length; block += 16) {
        assertThat(Arrays.copyOfRange(slack, block, block + 16))
            .isNotEqualTo(new byte[16])
            .isNotEqualTo(Arrays.copyOfRange(previous, block, block + 16));
      }
      previous = slack;
    }
  }

  private static void assertLooksRandom(byte[] body) {
    int ones = 0;
    for (byte b : body) {
      ones += Integer.bitCount(b & 0xff);
    }
    assertThat((double) ones / (body.length * 8)).isBetween(0.46, 0.54);
  }
}
