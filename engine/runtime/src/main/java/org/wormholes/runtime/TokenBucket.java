package org.wormholes.runtime;

/// Lets through so many a second on average, and a burst at first. Not shared between threads.
final class TokenBucket {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long burst;
  private final long nanosPerToken;
  private long tokens;
  private long filledAt;

  /// @param now the loop's nanoseconds
  TokenBucket(int perSecond, int burst, long now) {
    if (perSecond < 1 || burst < 1) {
      throw new IllegalArgumentException("a bucket lets something through");
    }
    this.burst = burst;
    this.nanosPerToken = NANOS_PER_SECOND / perSecond;
    this.tokens = burst;
    this.filledAt = now;
  }

  /// Whether one more may pass now.
  boolean take(long now) {
    long earned = (now - filledAt) / nanosPerToken;
    if (earned > 0) {
      tokens = Math.min(burst, tokens + earned);
      filledAt += earned * nanosPerToken;
    }
    if (tokens == 0) {
      return false;
    }
    tokens--;
    return true;
  }
}
