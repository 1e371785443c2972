package org.wormholes.protocol.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Messages, descriptors and introductions from strangers: read, or refused in the one declared
/// way.
final class RendezvousFuzzTest {
  private static final int INPUTS = 4_000;

  static List<RendezvousMessage> samples() {
    NodeKey key = Services.pointKey(0);
    Bytes introduction = Services.bytes(1, ClientIntroduction.BYTES);
    Puzzle puzzle = new Puzzle(1, Services.bytes(3, Puzzle.SEED_BYTES));
    Bytes cookie = Services.bytes(2, 32);
    Bytes answer = Services.bytes(3, ClientIntroduction.ANSWER_BYTES);
    Bytes descriptor = Services.sealed(1, 1, List.of(Services.key(5).id())).encoded();
    return List.of(
        new RendezvousMessage.Publish(descriptor),
        new RendezvousMessage.Published(Reason.DONE),
        new RendezvousMessage.Fetch(Services.CREDENTIAL.blinded()),
        new RendezvousMessage.Kept(true, descriptor),
        new RendezvousMessage.Establish(
            key.id(), RendezvousRelay.signature(key, Services.relay(0))),
        new RendezvousMessage.Established(Reason.LIMIT),
        new RendezvousMessage.Introduce(key.id(), introduction),
        new RendezvousMessage.Introduced(Reason.GONE),
        new RendezvousMessage.Introduction(introduction, new Shed(3, 4)),
        new RendezvousMessage.Guard(puzzle, new Puzzle(0, Services.bytes(4, Puzzle.SEED_BYTES))),
        new RendezvousMessage.Meet(cookie),
        new RendezvousMessage.Meeting(Reason.DONE),
        new RendezvousMessage.Join(cookie, answer),
        new RendezvousMessage.Joined(Reason.DONE),
        new RendezvousMessage.Met(answer));
  }

  @Test
  void everyMessageIsReadAsItWasWritten() throws WireException {
    for (RendezvousMessage message : samples()) {
      byte[] padded = Arrays.copyOf(message.encode(), message.encode().length + 20);
      assertThat(RendezvousMessage.decode(padded, 0, padded.length)).containsExactly(message);
    }
  }

  @Test
  void aRelaySurvivesMutatedMessages() {
    Random random = new Random(8);
    RendezvousRelay relay = new RendezvousRelay(Services.relay(0));
    List<byte[]> encoded = samples().stream().map(RendezvousMessage::encode).toList();
    Instant now = Services.NOW;
    int understood = 0;
    for (int i = 0; i < INPUTS; i++) {
      now = now.plusMillis(random.nextInt(500));
      byte[] bytes = mutated(encoded.get(random.nextInt(encoded.size())), random);
      try {
        for (RendezvousMessage message : RendezvousMessage.decode(bytes, 0, bytes.length)) {
          relay.on(random.nextInt(50), message, now);
          understood++;
        }
      } catch (WireException refused) {
        // The one declared outcome for anything else.
      }
      if (random.nextInt(20) == 0) {
        relay.closed(random.nextInt(50));
      }
    }
    assertThat(understood).isGreaterThan(INPUTS / 10);
    for (int circuit = 0; circuit < 50; circuit++) {
      relay.closed(circuit);
    }
    var load = relay.load();
    assertThat(load.services() + load.meetings() + load.asking()).isZero();
  }

  @Test
  void aServiceSurvivesMutatedIntroductions() throws WireException {
    Random random = new Random(9);
    byte[] sample =
        ClientIntroduction.create(
                Services.CREDENTIAL,
                Services.pointKey(0).id(),
                Services.ENCRYPTION.publicKey(),
                Optional.of(Services.key(5)),
                random::nextBytes)
            .message(Services.relay(1), Services.bytes(2, 32), Puzzle.Proof.none());
    ReplayMemory replays = new ReplayMemory();
    for (int i = 0; i < INPUTS / 4; i++) {
      introduce(mutated(sample, random), replays);
    }
    assertThat(replays.full()).isFalse();
  }

  @FuzzTest
  void takesOrRefusesAnyBytes(byte[] data) {
    try {
      RendezvousMessage.decode(data, 0, data.length);
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
    try {
      SealedDescriptor.decode(data).open(Services.CREDENTIAL, Optional.of(Services.key(5)));
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
    try {
      ServiceDescriptor.decode(data);
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
    introduce(data, new ReplayMemory());
  }

  private static void introduce(byte[] data, ReplayMemory replays) {
    try {
      ServiceIntroduction.open(
          data, Services.CREDENTIAL, Services.pointKey(0).id(), Services.ENCRYPTION, replays);
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }

  private static byte[] mutated(byte[] sample, Random random) {
    byte[] bytes = sample.clone();
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 60));
      bytes[at] = (byte) random.nextInt();
    }
    int cut = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    return Arrays.copyOf(bytes, cut);
  }
}
