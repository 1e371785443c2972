package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
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

  /// How often the effort is thought over.
  public static final Duration INTERVAL = Duration.ofMinutes(1);

  private record Waiting<T>(int effort, long number, Instant came, T what) {}

  private final TreeSet<Waiting<T>> waiting =
      new TreeSet<>(
          Comparator.<Waiting<T>>comparingInt(one -> -one.effort())
              .thenComparingLong(Waiting::number));
  private long number;
  private int effort;
  private long taken;
  private long takenEffort;
  private boolean flooded;
  private Instant thoughtOver;

  public IntroductionQueue(Instant now) {
    thoughtOver = now;
  }

  /// Takes one whose proof was checked. A full queue lets go of the one with the least work.
  ///
  /// @return whether it waits now
  public boolean offer(T what, int itsEffort, Instant now) {
    expire(now);
    Waiting<T> one = new Waiting<>(itsEffort, number++, now, what);
    waiting.add(one);
    if (waiting.size() > MAX_WAITING) {
      flooded = true;
      return waiting.pollLast().number() != one.number();
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

  /// What to ask of clients from now on. When introductions were shed it is doubled, or more if
  /// those answered did more work; when none were it falls by a third.
  public int effort(Instant now) {
    expire(now);
    if (!now.isBefore(thoughtOver.plus(INTERVAL))) {
      effort = flooded ? raised() : effort * 2 / 3;
      flooded = false;
      taken = 0;
      takenEffort = 0;
      thoughtOver = now;
    }
    return effort;
  }

  private int raised() {
    long done = taken == 0 ? 0 : takenEffort / taken;
    return (int) Math.min(Puzzle.MAX_EFFORT, Math.max(done + 1, Math.max(16, effort * 2L)));
  }

  private void expire(Instant now) {
    if (waiting.removeIf(one -> now.isAfter(one.came().plus(PATIENCE)))) {
      flooded = true;
    }
  }
}
