package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class OrphanRegistryTest {
  private static final long KEEP = OrphanRegistry.KEEP_NANOS;

  private final OrphanRegistry registry = new OrphanRegistry(2, 2);
  private final ChunkPool pool = new ChunkPool(0);
  private final Random random = new Random(1);

  private StreamEnd stream() {
    byte[] key = new byte[StreamKey.LENGTH];
    random.nextBytes(key);
    return new StreamEnd(
        false,
        StreamKey.of(key, 0),
        Target.of("example.org", 80),
        null,
        0,
        CircuitLimits.DEFAULT,
        pool,
        MemoryAccount.UNLIMITED);
  }

  private StreamEnd orphan(long now) {
    StreamEnd stream = stream();
    registry.add(stream, "loop", now);
    registry.orphan(stream, now);
    return stream;
  }

  @Test
  void findsAStreamByItsKey() {
    StreamEnd stream = orphan(0);
    assertThat(registry.claim(stream.key(), "other", KEEP))
        .isEqualTo(new OrphanRegistry.Found.Here(stream, "loop"));
    assertThat(registry.orphans()).isZero();
    assertThat(registry.claim(stream.key(), null, KEEP))
        .isEqualTo(new OrphanRegistry.Found.Here(stream, "other"));
    assertThat(registry.claim(stream().key(), null, KEEP))
        .isEqualTo(new OrphanRegistry.Found.Unknown());
  }

  @Test
  void letsOrphansGoAfterThirtySeconds() {
    StreamEnd stream = orphan(0);
    assertThat(registry.expire(KEEP)).isEmpty();
    assertThat(registry.expire(KEEP + 1))
        .containsExactly(new OrphanRegistry.Found.Here(stream, "loop"));
    stream.reset(Reason.EXPIRED);
    assertThat(registry.claim(stream.key(), null, KEEP + 2))
        .isEqualTo(new OrphanRegistry.Found.Ended(Reason.EXPIRED));
    assertThat(registry.streams()).isZero();
  }

  @Test
  void remembersWhyAStreamEndedForAsLong() {
    StreamEnd stream = stream();
    registry.add(stream, "loop", 5);
    stream.refuse(Reason.CONNECTION_REFUSED);
    assertThat(registry.claim(stream.key(), null, 10))
        .isEqualTo(new OrphanRegistry.Found.Ended(Reason.CONNECTION_REFUSED));
    registry.expire(KEEP + 6);
    assertThat(registry.claim(stream.key(), null, KEEP + 7))
        .isEqualTo(new OrphanRegistry.Found.Unknown());
  }

  @Test
  void refusesASecondStreamWithTheSameKey() {
    StreamEnd stream = orphan(0);
    assertThat(registry.add(stream, "loop", 1)).isFalse();
    stream.reset(Reason.REQUESTED);
    assertThat(registry.add(stream, "loop", 2)).isFalse();
  }

  @Test
  void keepsNoMoreThanItsLimits() {
    orphan(0);
    orphan(1);
    StreamEnd third = stream();
    registry.add(third, "loop", 2);
    assertThat(registry.orphan(third, 2)).isFalse();
    StreamEnd first = stream();
    for (StreamEnd each : new StreamEnd[] {first, stream(), stream()}) {
      registry.add(each, "loop", 3);
      each.reset(Reason.REQUESTED);
    }
    assertThat(registry.claim(first.key(), null, 4)).isEqualTo(new OrphanRegistry.Found.Unknown());
  }
}
