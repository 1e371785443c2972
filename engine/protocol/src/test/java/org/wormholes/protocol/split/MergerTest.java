package org.wormholes.protocol.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.wormholes.protocol.wire.WireException;

/// What is cut into chunks for several parts is put together as it was, and nothing else is.
final class MergerTest {
  private static final HexFormat HEX = HexFormat.of();

  /// Takes what is in order, and counts what each part may be told it has consumed.
  private static final class Taken implements Merger.Sink {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final int[] consumed = new int[8];
    boolean ended;

    @Override
    public void onBytes(int part, byte[] array, int offset, int length) {
      assertThat(ended).isFalse();
      bytes.write(array, offset, length);
      consumed[part] += length;
    }

    @Override
    public void onFraming(int part, int count) {
      consumed[part] += count;
    }

    @Override
    public void onEnd() {
      assertThat(ended).isFalse();
      ended = true;
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 2", "5, 3", "8, 4"})
  void whatIsSpreadArrivesAsItWas(int count, int seed) throws WireException {
    Random random = new Random(seed);
    byte[] all = new byte[600_000];
    random.nextBytes(all);
    Spreader spreader = new Spreader(count);
    Merger merger = new Merger(count);
    Taken taken = new Taken();
    List<ArrayDeque<byte[]>> ways = ways(count);
    ByteBuffer in = ByteBuffer.wrap(all);
    int[] sent = new int[count];
    boolean[] finished = new boolean[count];
    boolean ending = false;
    while (!taken.ended || !done(finished)) {
      int part;
      while (in.hasRemaining() && (part = spreader.choose()) >= 0) {
        ways.get(part).add(spreader.chunk(in, part));
      }
      if (!in.hasRemaining() && !ending) {
        part = spreader.chooseForEnd();
        ways.get(part).add(spreader.end(part));
        ending = true;
      }
      // Ways are of different speed, and cut chunks where they like.
      int way = Math.min(random.nextInt(count), random.nextInt(count));
      byte[] next = ways.get(way).poll();
      if (next != null) {
        int cut = random.nextInt(next.length + 1);
        merger.onBytes(way, next, 0, cut, taken);
        merger.onBytes(way, next, cut, next.length - cut);
        spreader.taken(way, next.length);
        sent[way] += next.length;
      } else if (ending && !finished[way]) {
        finished[way] = true;
        merger.onPartFinished(way);
      }
      merger.drain(taken);
    }
    assertThat(taken.bytes.toByteArray()).isEqualTo(all);
    assertThat(merger.isDone()).isTrue();
    assertThat(merger.heldBytes()).isZero();
    assertThat(merger.keptBytes()).as("memory for nothing").isZero();
    for (int i = 0; i < count; i++) {
      assertThat(taken.consumed[i]).isEqualTo(sent[i]);
    }
  }

  private static List<ArrayDeque<byte[]>> ways(int count) {
    List<ArrayDeque<byte[]>> ways = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ways.add(new ArrayDeque<>());
    }
    return ways;
  }

  private static boolean done(boolean[] finished) {
    for (boolean each : finished) {
      if (!each) {
        return false;
      }
    }
    return true;
  }

  @Test
  void theFasterPartGetsMore() {
    Spreader spreader = new Spreader(2);
    ByteBuffer in = ByteBuffer.allocate(1 << 20);
    int[] chunks = new int[2];
    for (int i = 0; i < 40; i++) {
      int part = spreader.choose();
      if (part < 0) {
        break;
      }
      int length = spreader.chunk(in, part).length;
      chunks[part]++;
      if (part == 1) {
        spreader.taken(1, length);
      }
    }
    assertThat(chunks[1]).isGreaterThan(5 * chunks[0]);
    assertThat(chunks[0]).isPositive();
  }

  @Test
  void aPartThatTakesNothingIsGivenLittle() {
    Spreader spreader = new Spreader(2);
    ByteBuffer in = ByteBuffer.allocate(1 << 20);
    int part;
    while ((part = spreader.choose()) >= 0) {
      spreader.chunk(in, part);
    }
    assertThat(in.position()).isLessThanOrEqualTo(2 * Spreader.MAX_HANDED);
  }

  /// `spec/vectors/split/chunks.txt`: what each part brings, and what comes of it.
  @Test
  void chunksReadAsTheVectorsSay() throws IOException {
    int cases = 0;
    for (String line :
        Files.readAllLines(
            Path.of("../../spec/vectors/split/chunks.txt"), StandardCharsets.UTF_8)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] fields = line.split(" +");
        assertThat(outcome(fields, false)).as(line).isEqualTo(fields[fields.length - 1]);
        assertThat(outcome(fields, true)).as(line).isEqualTo(fields[fields.length - 1]);
        cases++;
      }
    }
    assertThat(cases).isGreaterThan(10);
  }

  /// The bytes in order, `+` after the last one of the flow, or `refused`.
  private static String outcome(String[] fields, boolean atOnce) {
    Merger merger = new Merger(fields.length - 2);
    Taken taken = new Taken();
    try {
      for (int part = 0; part < fields.length - 2; part++) {
        String brought = fields[part + 1];
        boolean finished = brought.endsWith(".");
        String hex = brought.replace(".", "").replace("-", "").replace("_", "");
        byte[] bytes = HEX.parseHex(hex);
        if (atOnce) {
          merger.onBytes(part, bytes, 0, bytes.length, taken);
        } else {
          merger.onBytes(part, bytes, 0, bytes.length);
        }
        if (finished) {
          merger.onPartFinished(part);
        }
      }
      merger.drain(taken);
    } catch (WireException e) {
      return "refused";
    }
    String bytes = HEX.formatHex(taken.bytes.toByteArray());
    return (bytes.isEmpty() ? "none" : bytes) + (taken.ended ? "+" : "");
  }

  @Test
  void aPartThatWasFinishedBringsNothing() {
    Merger merger = new Merger(2);
    merger.onPartFinished(1);
    assertThatThrownBy(() -> merger.onBytes(1, new byte[10], 0, 10))
        .isInstanceOf(WireException.class);
  }
}
