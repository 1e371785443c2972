package org.wormholes.protocol.ring;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeMap;

/// Members far off, one for each digit of the distance in base 16: of those that were met there the
/// one that answered soonest.
final class Fingers {
  /// A member and how long its answer took.
  record Finger(RingPeer peer, Duration roundTrip) {}

  private final RingId own;
  private final TreeMap<Integer, Finger> slots = new TreeMap<>();

  Fingers(RingId own) {
    this.own = own;
  }

  /// A member answered.
  void met(RingPeer peer, Duration roundTrip) {
    if (!peer.id().equals(own)) {
      slots.merge(
          slot(peer.id()),
          new Finger(peer, roundTrip),
          (old, met) ->
              old.peer().equals(peer) || met.roundTrip().compareTo(old.roundTrip()) < 0
                  ? met
                  : old);
    }
  }

  /// A member did not answer.
  void lost(RingPeer peer) {
    int slot = slot(peer.id());
    Finger finger = slots.get(slot);
    if (finger != null && finger.peer().equals(peer)) {
      slots.remove(slot);
    }
  }

  Collection<Finger> all() {
    return slots.values();
  }

  /// Where to look for the finger after the `turn`th: round and round over all that are farther off
  /// than the successor.
  Optional<RingId> toRefresh(RingId successor, int turn) {
    int lowest = own.distanceTo(successor).topDigit();
    int levels = RingId.BITS / 4 - lowest;
    if (lowest < 0) {
      return Optional.empty();
    }
    int place = Math.floorMod(turn, levels * 15);
    return Optional.of(own.plus(place % 15 + 1, 4 * (RingId.BITS / 4 - 1 - place / 15)));
  }

  private int slot(RingId id) {
    RingId distance = own.distanceTo(id);
    int digit = distance.topDigit();
    byte word = distance.encode()[RingId.BYTES - 1 - digit / 2];
    return digit * 16 + ((digit % 2 == 0 ? word : word >> 4) & 0xf);
  }
}
