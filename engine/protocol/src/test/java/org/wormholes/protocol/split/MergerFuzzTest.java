package org.wormholes.protocol.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.WireException;

/// Whatever the parts of a hostile peer bring, it is put in order or refused, and never more is
/// kept than was brought and not yet handed on.
final class MergerFuzzTest {
  private static final int ROUNDS = 60_000;

  @Test
  void anythingEndsInBytesInOrderOrInARefusal() {
    Random random = new Random(7);
    int refused = 0;
    int handed = 0;
    for (int i = 0; i < ROUNDS; i++) {
      int parts = 2 + random.nextInt(7);
      Merger merger = new Merger(parts);
      Counting counting = new Counting();
      try {
        for (int step = 0; step < 12; step++) {
          int part = random.nextInt(parts);
          if (random.nextInt(12) == 0) {
            merger.onPartFinished(part);
          } else {
            byte[] chunk = chunk(random, counting.handed);
            int from = random.nextInt(20) == 0 ? random.nextInt(chunk.length) : 0;
            counting.brought += chunk.length - from;
            bring(random.nextBoolean(), merger, part, chunk, from, counting);
          }
          merger.drain(counting);
          assertThat(merger.heldBytes())
              .isEqualTo(counting.brought - counting.handed - counting.framing)
              .isLessThanOrEqualTo(merger.keptBytes());
        }
      } catch (WireException e) {
        refused++;
      }
      handed += counting.handed;
    }
    assertThat(refused).isGreaterThan(ROUNDS / 2);
    assertThat(handed).isGreaterThan(ROUNDS);
  }

  /// Kept first, or handed on at once where that can be.
  private static void bring(
      boolean keep, Merger merger, int part, byte[] chunk, int from, Counting sink)
      throws WireException {
    if (keep) {
      merger.onBytes(part, chunk, from, chunk.length - from);
    } else {
      merger.onBytes(part, chunk, from, chunk.length - from, sink);
    }
  }

  /// Mostly a chunk that could be next, sometimes one of wild numbers.
  private static byte[] chunk(Random random, int expected) {
    int length = random.nextInt(8) == 0 ? 0 : random.nextInt(40);
    byte[] chunk = new byte[Spreader.HEADER + length];
    long offset =
        switch (random.nextInt(8)) {
          case 0 -> random.nextLong();
          case 1 -> Long.MAX_VALUE - random.nextInt(3);
          case 2 -> expected + random.nextInt(60) - 20L;
          default -> expected;
        };
    BigEndian.putI64(chunk, 0, offset);
    BigEndian.putU16(chunk, 8, random.nextInt(16) == 0 ? random.nextInt(0x10000) : length);
    return chunk;
  }

  private static final class Counting implements Merger.Sink {
    int brought;
    int handed;
    int framing;
    boolean ended;

    @Override
    public void onBytes(int part, byte[] array, int offset, int length) {
      assertThat(ended).isFalse();
      assertThat(length).isPositive();
      handed += length;
    }

    @Override
    public void onFraming(int part, int bytes) {
      framing += bytes;
    }

    @Override
    public void onEnd() {
      assertThat(ended).isFalse();
      ended = true;
    }
  }
}
