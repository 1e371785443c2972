package org.wormholes.protocol.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Ring messages from strangers: read, or refused in the one declared way; and members that are
/// told nonsense.
final class RingFuzzTest {
  private static final int INPUTS = 5_000;

  @Test
  void readsOrRefusesMutatedMessages() {
    Random random = new Random(3);
    List<RingMessage> samples = samples(1);
    for (int i = 0; i < INPUTS; i++) {
      byte[] bytes =
          samples.get(random.nextInt(samples.size())).encode(RingSimulator.RING).toArray();
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      decode(bytes);
    }
  }

  @Test
  void aMemberSurvivesNonsense() {
    Random random = new Random(4);
    Ring ring = new Ring(RingSimulator.peer(0), RingSettings.DEFAULT, random);
    Instant now = Instant.EPOCH;
    ring.on(new Ring.Input.Create(), now);
    for (int i = 0; i < INPUTS; i++) {
      List<RingMessage> messages = samples(random.nextInt(60));
      ring.on(
          new Ring.Input.Received(
              RingSimulator.peer(random.nextInt(20)),
              messages.get(random.nextInt(messages.size()))),
          now);
      if (random.nextInt(20) == 0) {
        ring.on(
            new Ring.Input.Search(i, RingSimulator.peer(random.nextInt(20)).id(), List.of()), now);
      }
      now = now.plus(Duration.ofMillis(random.nextInt(2_000)));
      if (!ring.deadline().isAfter(now)) {
        ring.on(new Ring.Input.DeadlineReached(), now);
      }
      assertThat(ring.successors()).doesNotContain(ring.self()).hasSizeLessThanOrEqualTo(16);
    }
  }

  @FuzzTest
  void takesOrRefusesAnyBytes(byte[] data) {
    decode(data);
  }

  private static void decode(byte[] bytes) {
    try {
      RingMessage message = RingMessage.decode(RingSimulator.RING, Bytes.of(bytes));
      assertThat(message.encode(RingSimulator.RING)).isEqualTo(Bytes.of(bytes));
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }

  private static List<RingMessage> samples(long nonce) {
    List<RingPeer> peers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      peers.add(RingSimulator.peer((int) (nonce + i * 7L) % 20));
    }
    List<RingPeer> distinct = peers.stream().distinct().toList();
    return List.of(
        new RingMessage.Ask(nonce),
        new RingMessage.Neighbours(nonce, Optional.of(peers.getLast()), distinct),
        new RingMessage.Notify(),
        new RingMessage.Find(nonce, peers.getFirst().id()),
        new RingMessage.Closer(nonce, nonce % 2 == 0, distinct),
        new RingMessage.Leaving());
  }
}
