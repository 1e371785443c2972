package org.wormholes.protocol.ring;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// One search for who is responsible for an id. Goes over ways that share no member, collects who
/// is said to stand from the id on, and believes the nearest that answers: where members stand
/// follows from their keys, so that a liar can hide one and make none up. One honest way is enough.
final class Lookup {
  /// What a search is for.
  enum Purpose {
    ASKED,
    JOIN,
    MERGE,
    FINGER
  }

  /// The most questions of one search.
  static final int MAX_QUESTIONS = 96;

  /// One of the ways.
  static final class Way {
    private final TreeMap<RingId, RingPeer> next = new TreeMap<>();
    private int hops;
    private boolean over;
  }

  final long number;
  final Purpose purpose;
  final RingId target;
  private final RingPeer self;
  private final boolean selfCounts;
  private final List<Way> ways = new ArrayList<>();
  private final Set<RingPeer> asked = new HashSet<>();
  private final Set<RingPeer> checked = new HashSet<>();
  private final Map<RingPeer, RingMessage.Neighbours> confirmed = new HashMap<>();
  private final TreeMap<RingId, RingPeer> claims = new TreeMap<>();
  private int questions;
  boolean ended;

  /// Whether one that is said to be responsible is being asked.
  boolean checking;

  /// @param selfCounts whether the one who searches may be what is found
  Lookup(long number, Purpose purpose, RingId target, RingPeer self, boolean selfCounts) {
    this.number = number;
    this.purpose = purpose;
    this.target = target;
    this.self = self;
    this.selfCounts = selfCounts;
    asked.add(self);
  }

  /// Begins a way at each of these, and spreads the others over them.
  List<Way> begin(List<RingPeer> starts, int most) {
    int count = Math.min(most, starts.size());
    for (int i = 0; i < count; i++) {
      ways.add(new Way());
    }
    for (int i = 0; i < starts.size() && count > 0; i++) {
      offer(ways.get(i % count), starts.get(i));
    }
    return ways;
  }

  /// Whom to ask next on a way; empty when it is over.
  Optional<RingPeer> next(Way way) {
    while (!way.over && !way.next.isEmpty() && questions < MAX_QUESTIONS) {
      RingPeer peer = way.next.pollFirstEntry().getValue();
      if (asked.add(peer)) {
        questions++;
        return Optional.of(peer);
      }
    }
    way.over = true;
    return Optional.empty();
  }

  /// What a member on the way said. Only members nearer to the target than itself count.
  void answered(Way way, RingPeer from, RingMessage.Closer closer) {
    way.hops++;
    if (closer.end()) {
      way.over = true;
      closer.peers().forEach(this::claim);
      claim(from);
    } else {
      RingId distance = from.id().distanceTo(target);
      closer.peers().stream()
          .filter(peer -> peer.id().distanceTo(target).compareTo(distance) < 0)
          .forEach(peer -> offer(way, peer));
    }
  }

  boolean waysOver() {
    return ways.stream().allMatch(way -> way.over);
  }

  /// Says that a member stands somewhere from the target on.
  void claim(RingPeer peer) {
    if (selfCounts || !peer.equals(self)) {
      claims.put(target.distanceTo(peer.id()), peer);
    }
  }

  /// The nearest that is said to be responsible and was not asked whether it is there.
  Optional<RingPeer> toCheck() {
    if (questions >= MAX_QUESTIONS) {
      return Optional.empty();
    }
    Optional<RingPeer> peer =
        claims.values().stream().filter(each -> !checked.contains(each)).findFirst();
    peer.ifPresent(each -> {
      checked.add(each);
      questions++;
    });
    return peer;
  }

  /// The nearest claim did not answer.
  void unanswered(RingPeer peer) {
    claims.remove(target.distanceTo(peer.id()));
  }

  /// A claim answered. A nearer member that it names before it is asked, too.
  void confirmed(RingPeer peer, RingMessage.Neighbours neighbours) {
    confirmed.put(peer, neighbours);
    neighbours
        .predecessor()
        .filter(each -> !checked.contains(each) && !asked.contains(each))
        .filter(each -> nearer(each, peer))
        .ifPresent(this::claim);
  }

  /// Who is responsible, once the nearest claim has answered.
  Optional<RingPeer> settled() {
    return claims.isEmpty()
        ? Optional.empty()
        : Optional.of(claims.firstEntry().getValue()).filter(confirmed::containsKey);
  }

  /// What the one who is responsible said of its neighbours.
  RingMessage.Neighbours neighbours(RingPeer peer) {
    return requireNonNull(confirmed.get(peer));
  }

  int hops() {
    return ways.stream().map(way -> way.hops).max(Comparator.naturalOrder()).orElse(0);
  }

  private boolean nearer(RingPeer one, RingPeer other) {
    return target.distanceTo(one.id()).compareTo(target.distanceTo(other.id())) < 0;
  }

  private void offer(Way way, RingPeer peer) {
    if (way.next.size() < RingMessage.MAX_PEERS && !peer.equals(self)) {
      way.next.put(peer.id().distanceTo(target), peer);
    }
  }
}
