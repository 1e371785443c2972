package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.wormholes.rules.Group;

/// Which members of a group new flows take, by what probes found: each in the order in which they
/// are to be tried, those that are down left out. Reads no clock. A member is down after
/// [#FAILURES] probes in a row that failed, and up again with the first that works; but new flows
/// return to it only as the rule's time to settle says. Thread-safe.
final class GroupChoice {
  /// How many failures in a row make a member down.
  static final int FAILURES = 2;

  /// The round trip of a member that is known to be up and no more.
  static final long NOT_MEASURED = 0;

  /// How a member stands.
  enum State {
    /// Not known yet; taken for good.
    UNTRIED,
    UP,
    DOWN
  }

  /// How one member stands.
  ///
  /// @param since when it became so
  /// @param tripNanos smoothed round trip, 0 before the first
  record Standing(State state, long since, long tripNanos, int failures) {
    boolean isUsable() {
      return state != State.DOWN;
    }

    OptionalLong trip() {
      return tripNanos == 0 ? OptionalLong.empty() : OptionalLong.of(tripNanos);
    }

    private long rank() {
      return tripNanos == 0 ? Long.MAX_VALUE : tripNanos;
    }
  }

  private final Group rule;
  private final Standing[] standings;
  private volatile List<Integer> order;
  private int inUse;
  private long inUseSince;
  private int challenger = -1;
  private long challengedAt;
  private boolean compared;

  GroupChoice(Group rule, long now) {
    this.rule = rule;
    this.standings = new Standing[rule.members().size()];
    for (int i = 0; i < standings.length; i++) {
      standings[i] = new Standing(State.UNTRIED, now, 0, 0);
    }
    this.inUseSince = now;
    this.order = ordered();
  }

  /// Members to try, the one in use first; empty when all are down.
  List<Integer> order() {
    return order;
  }

  synchronized int inUse() {
    return inUse;
  }

  synchronized long inUseSince() {
    return inUseSince;
  }

  synchronized Standing standing(int member) {
    return standings[member];
  }

  /// A probe came through. Returns whether another member is in use than before.
  synchronized boolean worked(int member, long tripNanos, long now) {
    Standing old = standings[member];
    long trip =
        old.tripNanos() == 0 ? tripNanos : old.tripNanos() + (tripNanos - old.tripNanos()) / 4;
    long since = old.state() == State.UP ? old.since() : now;
    long known = tripNanos == NOT_MEASURED ? old.tripNanos() : Math.max(1, trip);
    standings[member] = new Standing(State.UP, since, known, 0);
    return review(now);
  }

  /// A probe failed. Returns whether another member is in use than before.
  synchronized boolean failed(int member, long now) {
    Standing old = standings[member];
    int failures = old.failures() + 1;
    boolean down = old.state() == State.DOWN || failures >= FAILURES;
    boolean fell = down && old.state() != State.DOWN;
    standings[member] =
        new Standing(
            down ? State.DOWN : old.state(),
            fell ? now : old.since(),
            down ? 0 : old.tripNanos(),
            Math.min(failures, FAILURES));
    return review(now);
  }

  private boolean review(long now) {
    int next = rule.kind() == Group.Kind.FASTEST ? fastest(now) : firstOf(now);
    boolean switched = next != inUse;
    if (switched) {
      inUse = next;
      inUseSince = now;
      challenger = -1;
    }
    order = ordered();
    return switched;
  }

  private int firstOf(long now) {
    for (int i = 0; i < standings.length; i++) {
      Standing each = standings[i];
      boolean settled = i >= inUse || now - each.since() >= rule.settle().toNanos();
      if (each.isUsable() && settled) {
        return i;
      }
    }
    return anyUsable();
  }

  private int anyUsable() {
    for (int i = 0; i < standings.length; i++) {
      if (standings[i].isUsable()) {
        return i;
      }
    }
    return inUse;
  }

  private int fastest(long now) {
    int best = best();
    boolean first = isFirstComparison();
    Standing current = standings[inUse];
    if (best < 0 || best == inUse) {
      challenger = -1;
      return current.isUsable() ? inUse : anyUsable();
    }
    if (!current.isUsable()) {
      return best;
    }
    if (current.state() == State.UNTRIED) {
      return inUse;
    }
    if (first) {
      return best;
    }
    long better = current.tripNanos() - standings[best].tripNanos();
    if (better <= rule.tolerance().toNanos()) {
      challenger = -1;
      return inUse;
    }
    if (challenger != best) {
      challenger = best;
      challengedAt = now;
    }
    return now - challengedAt >= rule.settle().toNanos() ? best : inUse;
  }

  /// Whether all members have been measured for the first time: then there is nothing to settle.
  private boolean isFirstComparison() {
    if (compared) {
      return false;
    }
    for (Standing each : standings) {
      if (each.state() == State.UNTRIED) {
        return false;
      }
    }
    compared = true;
    return true;
  }

  private int best() {
    int best = -1;
    for (int i = 0; i < standings.length; i++) {
      if (standings[i].state() == State.UP
          && (best < 0 || standings[i].tripNanos() < standings[best].tripNanos())) {
        best = i;
      }
    }
    return best;
  }

  private List<Integer> ordered() {
    List<Integer> usable = new ArrayList<>();
    for (int i = 0; i < standings.length; i++) {
      if (standings[i].isUsable()) {
        usable.add(i);
      }
    }
    Comparator<Integer> first = Comparator.comparing(member -> member != inUse);
    if (rule.kind() == Group.Kind.FASTEST) {
      first = first.thenComparingLong(member -> standings[member].rank());
    }
    usable.sort(first);
    return List.copyOf(usable);
  }
}
