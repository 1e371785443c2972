package org.wormholes.protocol.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.rendezvous.RendezvousRelay.Output;
import org.wormholes.protocol.wire.Bytes;

final class RendezvousRelayTest {
  private static final Instant NOW = Services.NOW;
  private static final Bytes INTRODUCTION = Services.bytes(5, ClientIntroduction.BYTES);
  private static final Bytes COOKIE = Services.bytes(6, 32);
  private static final Bytes ANSWER = Services.bytes(7, ClientIntroduction.ANSWER_BYTES);

  private final RendezvousRelay relay = new RendezvousRelay(Services.relay(0));

  private static RendezvousMessage.Establish establish(NodeKey key) {
    return new RendezvousMessage.Establish(
        key.id(), RendezvousRelay.signature(key, Services.relay(0)));
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
            sent(1, new RendezvousMessage.Introduction(INTRODUCTION)),
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
        .contains(sent(2, new RendezvousMessage.Introduction(INTRODUCTION)));
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
    assertThat(relay.load()).isEqualTo(new RendezvousRelay.Load(0, 0, 0, 0));
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
    assertThat(relay.load()).isEqualTo(new RendezvousRelay.Load(0, 0, 0, 0));
  }
}
