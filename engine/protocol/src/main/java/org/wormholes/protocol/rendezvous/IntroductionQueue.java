package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Introductions that wait for a service to answer them: those with the most work first, then in
/// the order they came. Says how much work to ask for. See `spec/protocol/rendezvous.md`, section
/// 7.
///
/// @param <T> what waits
public final class IntroductionQueue<T> {
  /// Introductions that wait at most.
  public static final int MAX_WAITING = 256;

  /// How long one waits before its client has given up.
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  /// How often the effort may rise.
  public static final Duration RISE = Duration.ofSeconds(5);

  /// How often it may fall.
  public static final Duration FALL = Duration.ofMinutes(1);

  private record Waiting<T>(int effort, long number, Instant came, T what) {}

  private final TreeSet<Waiting<T>> waiting =
      new TreeSet<>(
          Comparator.<Waiting<T>>comparingInt(one -> -one.effort())
              .thenComparingLong(Waiting::number));
  private long number;
  private int effort;
  private long taken;
  private long takenEffort;
  private Instant changed;

  /// Whether somebody was turned away, of those who did less than is asked and of those who did it.
  private boolean pressed;

  private boolean flooded;

  public IntroductionQueue(Instant now) {
    changed = now;
  }

  /// Takes one whose proof was checked. A full queue lets go of the one with the least work.
  ///
  /// @return whether it waits now
  public boolean offer(T what, int itsEffort, Instant now) {
    expire(now);
    Waiting<T> one = new Waiting<>(itsEffort, number++, now, what);
    waiting.add(one);
    if (waiting.size() > MAX_WAITING) {
      Waiting<T> last = waiting.pollLast();
      turnedAway(last.effort());
      return last.number() != one.number();
    }
    return true;
  }

  /// The next to answer.
  public Optional<T> poll(Instant now) {
    expire(now);
    Waiting<T> first = waiting.pollFirst();
    if (first == null) {
      return Optional.empty();
    }
    taken++;
    takenEffort += first.effort();
    return Optional.of(first.what());
  }

  public int size() {
    return waiting.size();
  }

  /// Takes in what an introduction point has refused.
  public void refused(Shed shed) {
    flooded |= shed.worked() > 0 || (shed.idle() > 0 && effort == 0);
    pressed |= shed.idle() > 0;
  }

  /// What to ask of clients from now on. It rises when those were turned away who did as much as
  /// was asked: it is doubled, or more if those answered did more work. It falls by a third when
  /// nobody was.
  public int effort(Instant now) {
    expire(now);
    Duration since = Duration.between(changed, now);
    if (flooded && since.compareTo(RISE) >= 0) {
      begin(raised(), now);
    } else if (since.compareTo(FALL) >= 0) {
      begin(pressed || flooded ? effort : effort * 2 / 3, now);
    }
    return effort;
  }

  private void begin(int next, Instant now) {
    effort = next;
    flooded = false;
    pressed = false;
    taken = 0;
    takenEffort = 0;
    changed = now;
  }

  private int raised() {
    long done = taken == 0 ? 0 : takenEffort / taken;
    return (int) Math.min(Puzzle.MAX_EFFORT, Math.max(done + 1, Math.max(16, effort * 2L)));
  }

  private void turnedAway(int itsEffort) {
    if (itsEffort >= effort) {
      flooded = true;
    } else {
      pressed = true;
    }
  }

  private void expire(Instant now) {
    List<Waiting<T>> late =
        waiting.stream().filter(one -> now.isAfter(one.came().plus(PATIENCE))).toList();
    late.forEach(one -> {
      waiting.remove(one);
      turnedAway(one.effort());
    });
  }
}
