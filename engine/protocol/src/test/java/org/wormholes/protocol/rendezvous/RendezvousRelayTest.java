package org.wormholes.protocol.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.rendezvous.RendezvousRelay.Output;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireWriter;

final class RendezvousRelayTest {
  private static final Instant NOW = Services.NOW;
  private static final Bytes INTRODUCTION =
      introduction(Services.bytes(5, 32), Puzzle.Proof.none());
  private static final Bytes COOKIE = Services.bytes(6, 32);
  private static final Bytes ANSWER = Services.bytes(7, ClientIntroduction.ANSWER_BYTES);

  private final RendezvousRelay relay = new RendezvousRelay(Services.relay(0));

  private static RendezvousMessage.Establish establish(NodeKey key) {
    return new RendezvousMessage.Establish(
        key.id(), RendezvousRelay.signature(key, Services.relay(0)));
  }

  /// One whose sealed part nobody can open.
  private static Bytes introduction(Bytes share, Puzzle.Proof proof) {
    var out = new WireWriter(ClientIntroduction.BYTES).i32(9).bytes(share).zeros(1_088);
    out.i32(proof.effort()).i64(proof.head()).i64(proof.nonce());
    return Bytes.of(out.zeros(ClientIntroduction.BYTES - out.size()).toArray());
  }

  private static Output sent(long circuit, RendezvousMessage message) {
    return new Output.Send(circuit, message);
  }

  @Test
  void keepsTheNewestOfEachInstance() {
    Bytes first = Services.sealed(1, 5, List.of()).encoded();
    Bytes newer = Services.sealed(1, 6, List.of()).encoded();
    Bytes other = Services.sealed(2, 1, List.of()).encoded();
    for (Bytes one : List.of(first, other, newer)) {
      assertThat(relay.on(1, new RendezvousMessage.Publish(one), NOW))
          .containsExactly(sent(1, new RendezvousMessage.Published(Reason.DONE)));
    }
    assertThat(relay.on(1, new RendezvousMessage.Publish(first), NOW))
        .containsExactly(sent(1, new RendezvousMessage.Published(Reason.EXPIRED)));
    var fetch = new RendezvousMessage.Fetch(Services.CREDENTIAL.blinded());
    assertThat(relay.on(2, fetch, NOW))
        .containsExactlyInAnyOrder(
            sent(2, new RendezvousMessage.Kept(lastIs(newer, other, newer), newer)),
            sent(2, new RendezvousMessage.Kept(lastIs(newer, other, other), other)));
    Instant later = NOW.plus(Duration.ofHours(3));
    assertThat(relay.on(3, fetch, later))
        .containsExactly(sent(3, new RendezvousMessage.Kept(true, Bytes.EMPTY)));
    relay.expire(later);
    assertThat(relay.load().descriptors()).isZero();
  }

  /// Instances stand in the order of their names.
  private static boolean lastIs(Bytes newer, Bytes other, Bytes asked) {
    boolean otherIsLast = Services.bytes(2, 16).compareTo(Services.bytes(1, 16)) > 0;
    return asked.equals(otherIsLast ? other : newer);
  }

  @Test
  void keepsNothingOfAnotherTime() {
    Bytes one = Services.sealed(1, 5, List.of()).encoded();
    assertThat(relay.on(1, new RendezvousMessage.Publish(one), NOW.plus(Duration.ofDays(2))))
        .containsExactly(sent(1, new RendezvousMessage.Published(Reason.EXPIRED)));
  }

  @Test
  void instancesOfOneServiceAreLimited() {
    for (int i = 0; i <= DescriptorShelf.MAX_INSTANCES; i++) {
      Reason expected = i < DescriptorShelf.MAX_INSTANCES ? Reason.DONE : Reason.LIMIT;
      Bytes one = Services.sealed(100 + i, 5, List.of()).encoded();
      assertThat(relay.on(1, new RendezvousMessage.Publish(one), NOW))
          .containsExactly(sent(1, new RendezvousMessage.Published(expected)));
    }
  }

  @Test
  void handsIntroductionsOn() {
    NodeKey key = Services.pointKey(0);
    var introduce = new RendezvousMessage.Introduce(key.id(), INTRODUCTION);
    assertThat(relay.on(2, introduce, NOW))
        .containsExactly(sent(2, new RendezvousMessage.Introduced(Reason.GONE)));
    assertThat(relay.on(1, establish(key), NOW))
        .containsExactly(sent(1, new RendezvousMessage.Established(Reason.DONE)));
    assertThat(relay.on(2, introduce, NOW))
        .containsExactly(
            sent(1, new RendezvousMessage.Introduction(INTRODUCTION, Shed.NONE)),
            sent(2, new RendezvousMessage.Introduced(Reason.DONE)));
    relay.closed(1);
    assertThat(relay.on(2, introduce, NOW))
        .containsExactly(sent(2, new RendezvousMessage.Introduced(Reason.GONE)));
  }

  @Test
  void aServiceThatComesBackReplacesItsOldCircuit() {
    NodeKey key = Services.pointKey(0);
    relay.on(1, establish(key), NOW);
    assertThat(relay.on(2, establish(key), NOW)).first().isInstanceOf(Output.Violation.class);
    relay.closed(1);
    assertThat(relay.on(3, new RendezvousMessage.Introduce(key.id(), INTRODUCTION), NOW))
        .contains(sent(2, new RendezvousMessage.Introduction(INTRODUCTION, Shed.NONE)));
  }

  @Test
  void aSignatureForAnotherRelayIsRefused() {
    NodeKey key = Services.pointKey(0);
    var wrong =
        new RendezvousMessage.Establish(
            key.id(), RendezvousRelay.signature(key, Services.relay(1)));
    assertThat(relay.on(1, wrong, NOW)).singleElement().isInstanceOf(Output.Violation.class);
  }

  @Test
  void aFloodIsThinnedOut() {
    NodeKey key = Services.pointKey(0);
    relay.on(1, establish(key), NOW);
    int handedOn = 0;
    for (int i = 0; i < 1_000; i++) {
      List<Output> out =
          relay.on(100 + i, new RendezvousMessage.Introduce(key.id(), INTRODUCTION), NOW);
      handedOn += out.size() == 2 ? 1 : 0;
    }
    assertThat(handedOn).isEqualTo(RendezvousRelay.BURST);
    Instant later = NOW.plusSeconds(1);
    for (int i = 0; i < 1_000; i++) {
      List<Output> out =
          relay.on(5_000 + i, new RendezvousMessage.Introduce(key.id(), INTRODUCTION), later);
      handedOn += out.size() == 2 ? 1 : 0;
    }
    assertThat(handedOn).isEqualTo(RendezvousRelay.BURST + RendezvousRelay.PER_SECOND);
  }

  /// An introduction with work done for it.
  private static Bytes worked(NodeKey point, Puzzle puzzle, int number) {
    Bytes share = Services.bytes(number, 32);
    return introduction(
        share,
        puzzle
            .solve(point.id(), share, puzzle.effort(), 10_000, new Random(number)::nextBytes)
            .orElseThrow());
  }

  @Test
  void aFloodWithoutWorkDoesNotKeepOutWhoWorked() {
    NodeKey key = Services.pointKey(0);
    Puzzle now = new Puzzle(4, Services.bytes(1, 32));
    Puzzle before = new Puzzle(2, Services.bytes(2, 32));
    relay.on(1, establish(key), NOW);
    assertThat(relay.on(1, new RendezvousMessage.Guard(now, before), NOW)).isEmpty();
    for (int i = 0; i < RendezvousRelay.BURST + 7; i++) {
      relay.on(100 + i, new RendezvousMessage.Introduce(key.id(), INTRODUCTION), NOW);
    }
    int number = 0;
    for (Puzzle puzzle : List.of(now, before)) {
      Bytes one = worked(key, puzzle, ++number);
      Shed shed = puzzle.equals(now) ? new Shed(7, 0) : Shed.NONE;
      assertThat(relay.on(2, new RendezvousMessage.Introduce(key.id(), one), NOW))
          .containsExactly(
              sent(1, new RendezvousMessage.Introduction(one, shed)),
              sent(2, new RendezvousMessage.Introduced(Reason.DONE)));
    }
    Puzzle old = new Puzzle(4, Services.bytes(3, 32));
    assertThat(relay.on(2, new RendezvousMessage.Introduce(key.id(), worked(key, old, 3)), NOW))
        .as("work for a seed of long ago")
        .containsExactly(sent(2, new RendezvousMessage.Introduced(Reason.LIMIT)));
    for (int i = 0; i < RendezvousRelay.BURST; i++) {
      Bytes one = worked(key, now, 1_000 + i);
      relay.on(10_000 + i, new RendezvousMessage.Introduce(key.id(), one), NOW);
    }
    Bytes late = worked(key, now, 5_000);
    assertThat(relay.on(3, new RendezvousMessage.Introduce(key.id(), late), NOW.plusSeconds(1)))
        .first()
        .isEqualTo(sent(1, new RendezvousMessage.Introduction(late, new Shed(0, 2))));
  }

  @Test
  void aProofThatIsFalseOrWasHereBeforeEndsItsCircuit() {
    NodeKey key = Services.pointKey(0);
    Puzzle puzzle = new Puzzle(1_000, Services.bytes(1, 32));
    Puzzle easy = new Puzzle(1, Services.bytes(2, 32));
    relay.on(1, establish(key), NOW);
    relay.on(1, new RendezvousMessage.Guard(puzzle, easy), NOW);
    long head = BigEndian.i64(puzzle.seed().toArray(), 0);
    Bytes claimed = introduction(Services.bytes(5, 32), new Puzzle.Proof(1_000_000, head, 1));
    assertThat(relay.on(2, new RendezvousMessage.Introduce(key.id(), claimed), NOW))
        .singleElement()
        .isInstanceOf(Output.Violation.class);
    Bytes done = worked(key, easy, 6);
    assertThat(relay.on(3, new RendezvousMessage.Introduce(key.id(), done), NOW)).hasSize(2);
    assertThat(relay.on(4, new RendezvousMessage.Introduce(key.id(), done), NOW))
        .singleElement()
        .isInstanceOf(Output.Violation.class);
  }

  @Test
  void onlyAServiceSaysWhatWorkIsAskedFor() {
    Puzzle puzzle = new Puzzle(4, Services.bytes(1, 32));
    assertThat(relay.on(1, new RendezvousMessage.Guard(puzzle, puzzle), NOW))
        .singleElement()
        .isInstanceOf(Output.Violation.class);
  }

  @Test
  void oneCircuitAsksSoOften() {
    var fetch = new RendezvousMessage.Fetch(Services.CREDENTIAL.blinded());
    for (int i = 0; i < RendezvousRelay.MAX_REQUESTS; i++) {
      assertThat(relay.on(1, fetch, NOW)).singleElement().isInstanceOf(Output.Send.class);
    }
    assertThat(relay.on(1, fetch, NOW)).singleElement().isInstanceOf(Output.Violation.class);
    assertThat(relay.load().asking()).isZero();
  }

  @Test
  void joinsTheTwoWhoKnowTheCookie() {
    assertThat(relay.on(1, new RendezvousMessage.Meet(COOKIE), NOW))
        .containsExactly(sent(1, new RendezvousMessage.Meeting(Reason.DONE)));
    assertThat(relay.on(3, new RendezvousMessage.Join(Services.bytes(9, 32), ANSWER), NOW))
        .containsExactly(sent(3, new RendezvousMessage.Joined(Reason.GONE)));
    assertThat(relay.on(2, new RendezvousMessage.Join(COOKIE, ANSWER), NOW))
        .containsExactly(
            sent(1, new RendezvousMessage.Met(ANSWER)),
            sent(2, new RendezvousMessage.Joined(Reason.DONE)),
            new Output.Join(1, 2));
    assertThat(relay.on(4, new RendezvousMessage.Join(COOKIE, ANSWER), NOW))
        .containsExactly(sent(4, new RendezvousMessage.Joined(Reason.GONE)));
    assertThat(relay.load()).isEqualTo(new RendezvousRelay.Load(0, 0, 0, 0, 0));
  }

  @Test
  void nobodyWaitsForEver() {
    relay.on(1, new RendezvousMessage.Meet(COOKIE), NOW);
    Instant later = NOW.plus(RendezvousRelay.PATIENCE);
    assertThat(relay.expire(later)).singleElement().isInstanceOf(Output.Violation.class);
    assertThat(relay.on(2, new RendezvousMessage.Join(COOKIE, ANSWER), later))
        .containsExactly(sent(2, new RendezvousMessage.Joined(Reason.GONE)));
  }

  @Test
  void aCookieIsOnePersonsAndACircuitHasOneRole() {
    relay.on(1, new RendezvousMessage.Meet(COOKIE), NOW);
    assertThat(relay.on(2, new RendezvousMessage.Meet(COOKIE), NOW))
        .singleElement()
        .isInstanceOf(Output.Violation.class);
    assertThat(relay.on(1, establish(Services.pointKey(0)), NOW))
        .singleElement()
        .isInstanceOf(Output.Violation.class);
    assertThat(relay.load()).isEqualTo(new RendezvousRelay.Load(0, 0, 0, 0, 0));
  }
}
