package org.wormholes.protocol.ring;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Members far off, one for each digit of the distance in base 16: of those that were met there the
/// one that answered soonest. They are looked after round and round; each time another place of the
/// part of the ring that a digit stands for is looked up, so that many candidates are met.
final class Fingers {
  private static final int DIGITS = 15;
  private static final int LEVELS = RingId.BITS / 4;

  /// Turns in which a part of the ring is passed over in which nobody stood.
  private static final int VACANT_TURNS = 8;

  /// A member and how long its answer took.
  record Finger(RingPeer peer, Duration roundTrip) {}

  private final RingId own;
  private final TreeMap<Integer, Finger> slots = new TreeMap<>();
  private final Map<Integer, Integer> vacant = new HashMap<>();
  private int place;
  private boolean learning = true;

  Fingers(RingId own) {
    this.own = own;
  }

  /// A member answered.
  void met(RingPeer peer, Duration roundTrip) {
    if (!peer.id().equals(own)) {
      int slot = slot(peer.id());
      Finger old = slots.get(slot);
      if (old == null || old.peer().equals(peer) || roundTrip.compareTo(old.roundTrip()) < 0) {
        slots.put(slot, new Finger(peer, roundTrip));
      }
    }
  }

  /// A member did not answer.
  void lost(RingPeer peer) {
    int slot = slot(peer.id());
    Finger finger = slots.get(slot);
    if (finger != null && finger.peer().equals(peer)) {
      slots.remove(slot);
      learning = true;
    }
  }

  Collection<Finger> all() {
    return slots.values();
  }

  /// Whether not all were looked after since one was lost.
  boolean learning() {
    return learning;
  }

  /// Where to look next: farther off than the last successor, and not where nobody stood lately.
  Optional<RingId> toRefresh(RingId last, RandomGenerator random) {
    RingId reach = own.distanceTo(last);
    int lowest = Math.max(0, reach.topDigit());
    int count = (LEVELS - lowest) * DIGITS;
    for (int tries = 0; tries < count; tries++) {
      if (++place >= count) {
        place = 0;
        learning = false;
      }
      int level = LEVELS - 1 - place / DIGITS;
      int digit = place % DIGITS + 1;
      int slot = level * 16 + digit;
      RingId start = own.plus(digit, 4 * level);
      if (own.distanceTo(start).compareTo(reach) > 0 && !passedOver(slot)) {
        return Optional.of(slots.containsKey(slot) ? start.plusBelow(4 * level, random) : start);
      }
    }
    return Optional.empty();
  }

  private boolean passedOver(int slot) {
    return vacant.computeIfPresent(slot, (key, turns) -> turns > 1 ? turns - 1 : null) != null;
  }

  /// Who was found where one was looked for.
  void found(RingId target, RingPeer owner) {
    int wanted = slot(target);
    if (!slots.containsKey(wanted) && slot(owner.id()) != wanted) {
      vacant.put(wanted, VACANT_TURNS);
    }
  }

  private int slot(RingId id) {
    RingId distance = own.distanceTo(id);
    int digit = distance.topDigit();
    return digit < 0 ? 0 : digit * 16 + distance.digit(digit);
  }
}
