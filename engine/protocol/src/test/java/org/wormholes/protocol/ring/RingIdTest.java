package org.wormholes.protocol.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RingIdTest {
  private static final BigInteger SIZE = BigInteger.TWO.pow(RingId.BITS);

  @Test
  void countsAsLargeNumbersDo() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      RingId a = id(random);
      RingId b = i % 5 == 0 ? a : id(random);
      assertThat(big(a.distanceTo(b))).isEqualTo(big(b).subtract(big(a)).mod(SIZE));
      assertThat(a.compareTo(b)).isEqualTo(big(a).compareTo(big(b)));
      int factor = 1 + random.nextInt(15);
      int bit = 4 * random.nextInt(64);
      BigInteger step = BigInteger.valueOf(factor).shiftLeft(bit);
      assertThat(big(a.plus(factor, bit))).isEqualTo(big(a).add(step).mod(SIZE));
      int digits = big(a).bitLength();
      assertThat(a.topDigit()).isEqualTo((digits + 3) / 4 - 1);
    }
  }

  @Test
  void betweenGoesRoundTheEnd() {
    RingId low = new RingId(0, 0, 0, 5);
    RingId high = new RingId(-1, 0, 0, 0);
    RingId zero = new RingId(0, 0, 0, 0);
    assertThat(zero.between(high, low)).isTrue();
    assertThat(zero.between(low, high)).isFalse();
    assertThat(low.between(low, high)).isFalse();
    assertThat(high.between(low, high)).isFalse();
    assertThat(zero.between(low, low)).isTrue();
    assertThat(low.between(low, low)).isFalse();
  }

  @Test
  void refusesFingersThatThereAreNot() {
    RingId id = new RingId(0, 0, 0, 5);
    assertThatThrownBy(() -> id.plus(16, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> id.plus(1, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  private static RingId id(Random random) {
    byte[] bytes = new byte[RingId.BYTES];
    random.nextBytes(bytes);
    for (int zeros = random.nextInt(40) - 8; zeros > 0; zeros--) {
      bytes[Math.min(31, zeros - 1)] = (byte) (random.nextInt(4) == 0 ? 0xff : 0);
    }
    return RingId.decode(bytes, 0);
  }

  private static BigInteger big(RingId id) {
    return new BigInteger(1, id.encode());
  }
}
