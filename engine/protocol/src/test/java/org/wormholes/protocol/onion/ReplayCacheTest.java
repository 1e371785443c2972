package org.wormholes.protocol.onion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.onion.SetupException.Kind;
import org.wormholes.protocol.wire.Bytes;

final class ReplayCacheTest {
  @Test
  void remembersExactlyWhatItWasGiven() throws SetupException {
    ReplayCache cache = new ReplayCache(100_000, new RepeatingEntropy("cache"));
    Random random = new Random(3);
    Set<Bytes> given = new HashSet<>();
    for (int i = 0; i < 50_000; i++) {
      byte[] tag = new byte[16];
      random.nextBytes(tag);
      // Many that differ in one byte only.
      tag[random.nextInt(16)] = 0;
      if (given.add(Bytes.of(tag))) {
        cache.add(1, tag);
      }
    }
    assertThat(cache.size()).isEqualTo(given.size());
    for (Bytes tag : given) {
      assertThat(refused(cache, 1, tag.toArray())).isEqualTo(Kind.REPLAYED);
    }
    cache.add(2, given.iterator().next().toArray());
  }

  @Test
  void zerosAreATagLikeAnyOther() throws SetupException {
    ReplayCache cache = new ReplayCache(10, new RepeatingEntropy("zeros"));
    cache.add(1, new byte[16]);

    assertThat(refused(cache, 1, new byte[16])).isEqualTo(Kind.REPLAYED);
  }

  @Test
  void refusesWhenItIsFull() throws SetupException {
    ReplayCache cache = new ReplayCache(3, new RepeatingEntropy("full"));
    for (byte i = 1; i <= 3; i++) {
      cache.add(1, tag(i));
    }
    assertThat(refused(cache, 1, tag(4))).isEqualTo(Kind.FULL);
    assertThat(refused(cache, 1, tag(2))).isEqualTo(Kind.REPLAYED);
    cache.add(2, tag(4));
  }

  private static byte[] tag(int value) {
    byte[] tag = new byte[16];
    tag[7] = (byte) value;
    return tag;
  }

  private static Kind refused(ReplayCache cache, int keyId, byte[] tag) {
    try {
      cache.add(keyId, tag);
    } catch (SetupException e) {
      return e.kind();
    }
    throw new AssertionError("the tag was taken");
  }
}
