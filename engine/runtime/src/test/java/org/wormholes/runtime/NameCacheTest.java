package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameFailure;

class NameCacheTest {
  private static final long SECOND = 1_000_000_000L;

  private final NameCache cache = new NameCache();

  private static NameQuestion question(int number) {
    return new NameQuestion("n" + number, 1, false);
  }

  @Test
  void anAnswerLastsAsLongAsItSays() {
    NameAnswer answer =
        new NameAnswer.Addresses(
            List.of(ExitGate.address(new byte[] {9, 9, 9, 9})), Duration.ofSeconds(60));
    cache.keep(question(1), answer, 0);
    assertThat(cache.find(question(1), 20 * SECOND))
        .contains(answer.lasting(Duration.ofSeconds(40)));
    assertThat(cache.find(question(1), 60 * SECOND)).isEmpty();
    assertThat(cache.find(question(2), 0)).isEmpty();
    assertThat(cache.bytes()).isZero();
  }

  @Test
  void whatIsNotThereIsRememberedToo() {
    NameAnswer nothing = new NameAnswer.Nothing(NameFailure.NOT_FOUND, Duration.ofSeconds(30));
    cache.keep(question(1), nothing, 0);
    assertThat(cache.find(question(1), SECOND)).isPresent();
    cache.keep(question(2), new NameAnswer.Nothing(NameFailure.TIMED_OUT), 0);
    assertThat(cache.find(question(2), 0)).isEmpty();
  }

  @Test
  void isBoundedInNumberAndInBytes() {
    for (int i = 0; i < 2 * NameCache.MAX_ENTRIES; i++) {
      cache.keep(question(i), new NameAnswer.Addresses(List.of(), Duration.ofHours(1)), 0);
    }
    assertThat(cache.size()).isEqualTo(NameCache.MAX_ENTRIES);
    for (int i = 0; i < 1_000; i++) {
      NameAnswer answer =
          new NameAnswer.Records(Bytes.of(new byte[15_000]), any -> true, Duration.ofHours(1));
      cache.keep(question(i), answer, 0);
    }
    assertThat(cache.bytes()).isLessThanOrEqualTo(NameCache.MAX_BYTES);
    assertThat(cache.find(question(999), 0)).isPresent();
    assertThat(cache.find(question(0), 0)).isEmpty();
  }
}
