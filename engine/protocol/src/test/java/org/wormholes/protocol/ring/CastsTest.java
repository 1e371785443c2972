package org.wormholes.protocol.ring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;

/// Texts that are told to all members of a ring.
final class CastsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final NodeKey KEY = NodeKey.create(new Random(5)::nextBytes);
  private static final RingPeer AUTHOR = RingPeer.of(RingSimulator.RING, KEY.id());

  @Test
  void everyMemberIsToldOnceWithOneMessageEach() {
    TreeMap<RingId, RingPeer> ring = new TreeMap<>(Map.of(AUTHOR.id(), AUTHOR));
    for (int i = 0; i < 300; i++) {
      ring.put(RingSimulator.peer(i).id(), RingSimulator.peer(i));
    }
    List<RingPeer> order = List.copyOf(ring.values());
    Map<RingPeer, Casts> casts = new HashMap<>();
    order.forEach(peer -> casts.put(peer, new Casts(RingSimulator.RING, peer)));
    ArrayDeque<Ring.Output.Send> under = new ArrayDeque<>();
    under.addAll(begin(requireNonNull(casts.get(AUTHOR)), "to all", known(order, AUTHOR)).sends());
    Map<RingPeer, Integer> told = new HashMap<>();
    int messages = 0;
    while (!under.isEmpty()) {
      Ring.Output.Send send = under.poll();
      messages++;
      Casts.Outcome outcome =
          requireNonNull(casts.get(send.to()))
              .received((RingMessage.Cast) send.message(), known(order, send.to()), NOW);
      outcome.told().ifPresent(cast -> told.merge(send.to(), 1, Integer::sum));
      under.addAll(outcome.sends());
    }
    assertThat(messages).isEqualTo(order.size() - 1);
    assertThat(told)
        .hasSize(order.size() - 1)
        .allSatisfy((peer, times) -> assertThat(times).isOne());
  }

  /// Its four successors, and those 8, 16, 32 … members on.
  private static List<RingPeer> known(List<RingPeer> order, RingPeer of) {
    int at = order.indexOf(of);
    return IntStream.of(1, 2, 3, 4, 8, 16, 32, 64, 128, 256)
        .mapToObj(step -> order.get((at + step) % order.size()))
        .toList();
  }

  @Test
  void whatIsForgedOldOrRepeatedGoesNowhere() {
    RingMessage.Cast cast = sent("text", NOW);
    Casts other = new Casts(RingSimulator.RING, RingSimulator.peer(2));
    List<RingPeer> known = List.of(RingSimulator.peer(3));
    RingMessage.Cast forged =
        new RingMessage.Cast(
            cast.until(), cast.author(), cast.sent(), bytes("else"), cast.signature());
    assertThat(other.received(forged, known, NOW).told()).isEmpty();
    Instant late = NOW.plus(Casts.SKEW).plusMillis(1);
    assertThat(other.received(cast, known, late).told()).isEmpty();
    RingMessage.Cast never =
        new RingMessage.Cast(
            cast.until(), cast.author(), Long.MAX_VALUE, cast.text(), cast.signature());
    assertThat(other.received(never, known, NOW).told()).isEmpty();
    Casts elsewhere = new Casts(AUTHOR.node().key(), AUTHOR);
    assertThat(elsewhere.received(cast, known, NOW).told()).isEmpty();
    assertThat(other.received(cast, known, NOW).told()).contains(cast);
    assertThat(other.received(cast, known, NOW.plusSeconds(60)).told()).isEmpty();
  }

  @Test
  void anAuthorThatIsLoudIsHeardNoMoreForAWhile() {
    Casts other = new Casts(RingSimulator.RING, RingSimulator.peer(2));
    int told = 0;
    for (int i = 0; i < 100; i++) {
      told += other.received(sent("text " + i, NOW), List.of(), NOW).told().isPresent() ? 1 : 0;
    }
    assertThat(told).isEqualTo(Casts.MAX_OF_ONE);
    Instant later = NOW.plus(Casts.SKEW.multipliedBy(2)).plus(Duration.ofSeconds(1));
    assertThat(other.received(sent("again", later), List.of(), later).told()).isPresent();
  }

  private static Casts.Outcome begin(Casts casts, String text, List<RingPeer> known) {
    return casts.begin(KEY, bytes(text), known, NOW);
  }

  private static RingMessage.Cast sent(String text, Instant at) {
    return new Casts(RingSimulator.RING, AUTHOR)
        .begin(KEY, bytes(text), List.of(), at)
        .told()
        .orElseThrow();
  }

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
