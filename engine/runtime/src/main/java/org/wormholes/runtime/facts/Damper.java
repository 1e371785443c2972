package org.wormholes.runtime.facts;

import java.time.Duration;
import java.util.function.BiPredicate;

/// Takes a changing observation in and gives a value that does not flap: a change counts once it
/// has held for a while, and each change adds a penalty that decays by half every [#HALF_LIFE].
/// Above [#CUT] no change counts until it has fallen to [#REUSE], as with the damping of routes
/// (RFC 2439). Meanwhile the last value stands.
final class Damper<T> {
  static final Duration HALF_LIFE = Duration.ofSeconds(60);
  static final Duration MAX_SUPPRESSED = Duration.ofMinutes(4);
  static final double PENALTY = 1_000;
  static final double CUT = 2_500;
  static final double REUSE = 1_000;
  static final double CEILING =
      REUSE * Math.pow(2, (double) MAX_SUPPRESSED.toNanos() / HALF_LIFE.toNanos());

  private final long holdNanos;
  private final BiPredicate<T, T> same;
  private T value;
  private long since;
  private T seen;
  private long seenAt;
  private double penalty;
  private long decayedAt;
  private boolean suppressed;

  /// @param first counts at once
  /// @param hold how long a change must last to count
  /// @param same which observations are no change
  Damper(T first, long now, Duration hold, BiPredicate<T, T> same) {
    this.holdNanos = hold.toNanos();
    this.same = same;
    this.value = first;
    this.seen = first;
    this.since = now;
    this.seenAt = now;
    this.decayedAt = now;
  }

  /// Takes an observation in. Called again and again, also when nothing changes.
  ///
  /// @return whether the value has changed
  boolean observe(T observed, long now) {
    decay(now);
    if (!same.test(observed, seen)) {
      seen = observed;
      seenAt = now;
      penalty = Math.min(penalty + PENALTY, CEILING);
      suppressed |= penalty > CUT;
    }
    if (suppressed || same.test(seen, value) || now - seenAt < holdNanos) {
      return false;
    }
    value = seen;
    since = now;
    return true;
  }

  private void decay(long now) {
    penalty *= Math.pow(0.5, (double) (now - decayedAt) / HALF_LIFE.toNanos());
    decayedAt = now;
    suppressed &= penalty > REUSE;
  }

  T value() {
    return value;
  }

  /// When the value began, in the time that was handed in.
  long since() {
    return since;
  }

  /// Whether it changed so often that changes do not count for now.
  boolean isSuppressed() {
    return suppressed;
  }
}
