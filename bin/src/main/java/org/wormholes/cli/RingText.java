package org.wormholes.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.runtime.control.RingApi;
import org.wormholes.runtime.control.RingCastView;
import org.wormholes.runtime.control.RingLookupView;
import org.wormholes.runtime.control.RingPeerView;
import org.wormholes.runtime.control.RingPingView;
import org.wormholes.runtime.control.RingView;

/// Rings and their members, for people.
final class RingText {
  /// Digits of an id that people see.
  private static final int DIGITS = 12;

  private RingText() {}

  static List<String> rings(RingApi.RingList list) {
    if (list.rings().isEmpty()) {
      return List.of("none: a network has a ring, and this node belongs to no network");
    }
    Columns columns = new Columns("");
    columns.row("NETWORK", "THIS NODE", "STANDS AT", "MEMBERS KNOWN");
    for (RingView each : list.rings()) {
      columns.row(
          Clean.line(each.network(), 64),
          each.member() ? "member" : "no member",
          digits(each.self()),
          String.valueOf(known(each).size()));
    }
    return columns.lines();
  }

  static List<String> standing(RingView ring) {
    String network = Clean.line(ring.network(), 64);
    if (!ring.member()) {
      return List.of("this node is no member of the ring of " + network);
    }
    return List.of(
        "this node stands on the ring of %s at %s".formatted(network, digits(ring.self())),
        ring.successors().isEmpty()
            ? "it is alone"
            : "after it comes %s, %d members are known"
                .formatted(name(ring.successors().getFirst()), known(ring).size()));
  }

  static List<String> peers(RingView ring) {
    Map<String, String> parts = new LinkedHashMap<>();
    for (int i = 0; i < ring.successors().size(); i++) {
      parts.put(ring.successors().get(i).id(), i == 0 ? "successor" : "successor " + (i + 1));
    }
    ring.predecessor()
        .ifPresent(peer -> parts.merge(peer.id(), "predecessor", (one, two) -> one + ", " + two));
    ring.fingers().forEach(peer -> parts.putIfAbsent(peer.id(), "finger"));
    Columns columns = header();
    row(columns, ring.self(), "this node" + (ring.member() ? "" : ", no member"));
    known(ring).forEach(peer -> row(columns, peer, parts.getOrDefault(peer.id(), "")));
    return columns.lines();
  }

  static List<String> successor(RingView ring) {
    return ring.successors().isEmpty()
        ? List.of(ring.member() ? "this node is alone on the ring" : standing(ring).getFirst())
        : of(List.of(ring.successors().getFirst()));
  }

  static List<String> predecessor(RingView ring) {
    return ring.predecessor()
        .map(peer -> of(List.of(peer)))
        .orElse(List.of("nobody is known to stand before this node"));
  }

  static List<String> fingers(RingView ring) {
    return ring.fingers().isEmpty() ? List.of("none is known yet") : of(ring.fingers());
  }

  static List<String> lookup(RingLookupView found) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s stands at %s".formatted(Clean.line(found.key(), 80), found.id().substring(0, DIGITS)));
    Columns columns = header();
    row(columns, found.owner(), "responsible");
    found.replicas().forEach(peer -> row(columns, peer, "follows"));
    lines.addAll(columns.lines());
    lines.add(
        "%d %s, %s"
            .formatted(
                found.hops(), found.hops() == 1 ? "hop" : "hops", Units.duration(found.took())));
    return lines;
  }

  static List<String> ping(RingPingView answer) {
    return List.of(
        "%s answered after %s".formatted(name(answer.member()), Units.duration(answer.answered())));
  }

  static List<String> cast(RingCastView cast) {
    return List.of(
        "told %d members of the ring of %s, who tell the others"
            .formatted(cast.told(), Clean.line(cast.network(), 64)));
  }

  /// All others that this node knows, in the order in which they follow it.
  static List<RingPeerView> known(RingView ring) {
    Map<String, RingPeerView> all = new LinkedHashMap<>();
    ring.successors().forEach(peer -> all.put(peer.id(), peer));
    ring.fingers().forEach(peer -> all.put(peer.id(), peer));
    ring.predecessor().ifPresent(peer -> all.put(peer.id(), peer));
    List<RingPeerView> after = new ArrayList<>();
    List<RingPeerView> before = new ArrayList<>();
    all.keySet().stream()
        .sorted()
        .forEach(id -> (id.compareTo(ring.self().id()) > 0 ? after : before).add(all.get(id)));
    after.addAll(before);
    return after;
  }

  private static List<String> of(List<RingPeerView> peers) {
    Columns columns = header();
    peers.forEach(peer -> row(columns, peer, ""));
    return columns.lines();
  }

  private static Columns header() {
    return new Columns("").row("STANDS AT", "NAME", "ROUND TRIP", "MEMBER", "");
  }

  private static void row(Columns columns, RingPeerView peer, String part) {
    columns.row(digits(peer), name(peer), time(peer.roundTrip()), peer.node(), part);
  }

  private static String time(Optional<Duration> roundTrip) {
    return roundTrip.map(Units::duration).orElse("");
  }

  private static String digits(RingPeerView peer) {
    return peer.id().substring(0, DIGITS);
  }

  private static String name(RingPeerView peer) {
    return Clean.line(peer.nickname(), 20);
  }
}
