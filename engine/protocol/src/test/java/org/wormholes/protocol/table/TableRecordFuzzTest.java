package org.wormholes.protocol.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Records that others send: read, or refused in the one declared way.
final class TableRecordFuzzTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);

  @FuzzTest
  void readsOrRefusesAnyBytes(byte[] data) {
    read(data);
  }

  @Test
  void readsOrRefusesMutatedRecords() {
    SplittableRandom random = new SplittableRandom(3);
    TableEntry entry =
        new TableEntry(
            TableEntry.NOTHING,
            "key/é",
            1,
            TableEntry.NOTHING,
            false,
            Bytes.of(new byte[100]),
            NOW,
            NOW.plusSeconds(60));
    byte[] good = TableRecord.unsigned(entry).encoded().toArray();
    int readable = 0;
    for (int i = 0; i < 20_000; i++) {
      boolean cut = random.nextInt(4) == 0;
      byte[] bytes = Arrays.copyOf(good, cut ? 1 + random.nextInt(good.length + 40) : good.length);
      for (int change = random.nextInt(3); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      readable += read(bytes) ? 1 : 0;
    }
    assertThat(readable).as("not everything is refused").isGreaterThan(1000);
  }

  private static boolean read(byte[] data) {
    try {
      TableRecord record = TableRecord.decodeKept(Bytes.of(data));
      assertThat(record.encoded()).isEqualTo(Bytes.of(data));
      if (record.author().isEmpty()) {
        assertThat(TableRecord.unsigned(record.entry()))
            .as("one way to write an entry")
            .isEqualTo(record);
      }
      return true;
    } catch (WireException refused) {
      return false;
    }
  }
}
