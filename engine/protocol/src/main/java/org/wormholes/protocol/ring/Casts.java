package org.wormholes.protocol.ring;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireWriter;

/// What is told to all members of a ring (`spec/protocol/ring.md`, section 5): down a tree over
/// those that each knows, one message a member. Told once however often it comes, and only by who
/// signed it.
public final class Casts {
  /// How far the clock of an author may be from ours.
  static final Duration SKEW = Duration.ofMinutes(2);

  /// Texts that are remembered, so that none is told twice.
  static final int MAX_SEEN = 4_096;

  /// Texts of one author in [#SKEW]; more are not passed on.
  static final int MAX_OF_ONE = 24;

  /// What to do with a text.
  ///
  /// @param told present when it is heard for the first time
  /// @param sends to whom it goes on
  public record Outcome(Optional<RingMessage.Cast> told, List<Ring.Output.Send> sends) {
    static final Outcome NOTHING = new Outcome(Optional.empty(), List.of());

    public Outcome {
      sends = List.copyOf(sends);
    }
  }

  private record Seen(NodeId author, Instant at) {}

  private final Bytes ring;
  private final RingPeer self;
  private final Map<Bytes, Seen> seen = new LinkedHashMap<>();

  /// @param ring the hash that names the ring, 32 bytes
  public Casts(Bytes ring, RingPeer self) {
    this.ring = ring;
    this.self = self;
  }

  /// Tells all a text of our own.
  ///
  /// @param known members, our successors among them
  /// @throws IllegalArgumentException for a text that is too long
  public Outcome begin(NodeKey key, Bytes text, Collection<RingPeer> known, Instant now) {
    long sent = now.toEpochMilli();
    Bytes signature = Bytes.of(key.sign(signed(ring, sent, text)));
    RingMessage.Cast cast = new RingMessage.Cast(self.id(), key.id(), sent, text, signature);
    return take(cast, known, now);
  }

  /// A text came from another member.
  public Outcome received(RingMessage.Cast cast, Collection<RingPeer> known, Instant now) {
    Instant sent;
    try {
      sent = Instant.ofEpochMilli(cast.sent());
    } catch (DateTimeException e) {
      return Outcome.NOTHING;
    }
    if (Duration.between(sent, now).abs().compareTo(SKEW) > 0
        || seen.containsKey(name(cast))
        || !cast.author()
            .verify(signed(ring, cast.sent(), cast.text()), cast.signature().toArray())) {
      return Outcome.NOTHING;
    }
    return take(cast, known, now);
  }

  private Outcome take(RingMessage.Cast cast, Collection<RingPeer> known, Instant now) {
    // What is older than this is refused for its age, and need not be remembered.
    Instant old = now.minus(SKEW.multipliedBy(2));
    seen.values().removeIf(each -> each.at().isBefore(old));
    boolean loud =
        seen.values().stream().filter(each -> each.author().equals(cast.author())).count()
            >= MAX_OF_ONE;
    if (seen.size() >= MAX_SEEN
        || loud
        || seen.putIfAbsent(name(cast), new Seen(cast.author(), now)) != null) {
      return Outcome.NOTHING;
    }
    return new Outcome(Optional.of(cast), onwards(cast, known));
  }

  /// Each of those known up to the end gets the part of the ring up to the next of them.
  private List<Ring.Output.Send> onwards(RingMessage.Cast cast, Collection<RingPeer> known) {
    List<RingPeer> next =
        known.stream()
            .filter(peer -> !peer.equals(self) && peer.id().between(self.id(), cast.until()))
            .distinct()
            .sorted(Comparator.comparing((RingPeer peer) -> self.id().distanceTo(peer.id())))
            .toList();
    List<Ring.Output.Send> sends = new ArrayList<>();
    for (int i = 0; i < next.size(); i++) {
      RingId end = i + 1 < next.size() ? next.get(i + 1).id() : cast.until();
      sends.add(
          new Ring.Output.Send(
              next.get(i),
              new RingMessage.Cast(
                  end, cast.author(), cast.sent(), cast.text(), cast.signature())));
    }
    return sends;
  }

  private static Bytes name(RingMessage.Cast cast) {
    return Bytes.of(
        Hash.sha256(
            cast.author().key().toArray(),
            new WireWriter(8).i64(cast.sent()).toArray(),
            cast.text().toArray()));
  }

  private static byte[] signed(Bytes ring, long sent, Bytes text) {
    return new WireWriter(1_200)
        .bytes(Labels.RING_CAST)
        .bytes(ring)
        .i64(sent)
        .bytes(text)
        .toArray();
  }
}
