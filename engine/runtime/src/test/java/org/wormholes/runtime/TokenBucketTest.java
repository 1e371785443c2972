package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void letsTheBurstThroughAndThenTheRate() {
    TokenBucket bucket = new TokenBucket(10, 5, 0);
    assertThat(taken(bucket, 100, 0)).isEqualTo(5);
    assertThat(taken(bucket, 100, SECOND / 10 - 1)).isZero();
    assertThat(taken(bucket, 100, SECOND / 10)).isEqualTo(1);
    assertThat(taken(bucket, 100, 3 * SECOND / 10)).isEqualTo(2);
  }

  @Test
  void savesUpNoMoreThanTheBurst() {
    TokenBucket bucket = new TokenBucket(10, 5, 0);
    assertThat(taken(bucket, 100, 3_600 * SECOND)).isEqualTo(5);
  }

  private static int taken(TokenBucket bucket, int tries, long now) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += bucket.take(now) ? 1 : 0;
    }
    return taken;
  }
}
