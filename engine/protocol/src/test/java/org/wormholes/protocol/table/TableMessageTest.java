package org.wormholes.protocol.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Messages of tables: there and back, in parts, and as the vectors say.
final class TableMessageTest {
  private static final Path VECTORS = Path.of("../../spec/vectors/tables/messages.txt");
  private static final Bytes TABLE = Bytes.ofHex("01".repeat(32));

  private static TableRecord record(String key, int bytes) {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) 7);
    Instant made = Instant.ofEpochSecond(1_800_000_000L);
    byte[] value = new byte[bytes];
    Arrays.fill(value, (byte) 'v');
    return TableRecord.sign(
        new TableEntry(
            TABLE,
            key,
            1,
            TableEntry.NOTHING,
            false,
            Bytes.of(value),
            made,
            made.plusSeconds(3600)),
        NodeKey.ofSeed(seed));
  }

  static List<TableMessage> samples() {
    TableRecord record = record("ann/1", 5);
    TableRecord next =
        TableRecord.unsigned(
            new TableEntry(
                TABLE,
                "ann/1",
                2,
                record.hash(),
                true,
                Bytes.EMPTY,
                record.entry().made(),
                record.entry().expires()));
    TableSpot spot = TableSpot.of(record);
    return List.of(
        new TableMessage.Fetch(TABLE, 1, "ann/1"),
        new TableMessage.Fetched(1, Optional.of(record), Optional.empty()),
        new TableMessage.Fetched(1, Optional.of(next), Optional.of(record)),
        new TableMessage.Fetched(1, Optional.empty(), Optional.empty()),
        new TableMessage.Write(2, record),
        new TableMessage.Written(2, TableMessage.Outcome.CLAUSE, 3),
        new TableMessage.AskRules(TABLE),
        new TableMessage.Rules(TABLE, Bytes.ofHex("0102")),
        new TableMessage.Hint(TABLE, "ann/1"),
        new TableMessage.Watch(TABLE, 3, "ann/", 60),
        new TableMessage.Changed(3, record),
        new TableMessage.Browse(TABLE, 4, TableSpot.START, new RingId(-1, -1, -1, -1)),
        new TableMessage.Page(4, Optional.of(spot), List.of(TableMessage.Entry.of(record))),
        new TableMessage.Page(4, Optional.empty(), List.of()),
        new TableMessage.Compare(TableSpot.START, TableSpot.END, record.hash()));
  }

  @Test
  void areReadAsTheyWereWritten() throws WireException {
    for (TableMessage each : samples()) {
      assertThat(TableMessage.decode(each.encode())).isEqualTo(each);
    }
  }

  @Test
  void areAsTheVectorsSay() throws IOException {
    List<String> lines =
        samples().stream()
            .map(each -> each.getClass().getSimpleName() + " " + each.encode().hex())
            .toList();
    if (System.getProperty("golden", "").equals("write")) {
      Files.write(VECTORS, lines);
    }
    assertThat(Files.readAllLines(VECTORS)).isEqualTo(lines);
  }

  @Test
  void aForgedRecordIsRefused() {
    byte[] bytes = new TableMessage.Write(2, record("a", 9)).encode().toArray();
    bytes[bytes.length - 70 - 32] ^= 1;
    assertThatThrownBy(() -> TableMessage.decode(Bytes.of(bytes)))
        .isInstanceOf(WireException.class);
  }

  @Test
  void longOnesGoInPartsAndAreWholeAgain() throws WireException {
    for (int size : new int[] {15_800, 15_900, 16_000, 20_000, 32_768}) {
      Bytes whole = new TableMessage.Write(2, record("a", size)).encode();
      List<Bytes> frames = TableParts.split(whole);
      assertThat(frames).allMatch(each -> each.size() <= TableParts.MAX_FRAME);
      TableParts parts = new TableParts();
      Optional<Bytes> got = Optional.empty();
      for (Bytes each : frames) {
        assertThat(got).isEmpty();
        got = parts.add(each);
      }
      assertThat(got).contains(whole);
    }
  }

  @Test
  void partsThatDoNotGoOnAreRefused() throws WireException {
    List<Bytes> frames = TableParts.split(new TableMessage.Write(2, record("a", 32_768)).encode());
    TableParts skips = new TableParts();
    skips.add(frames.get(0));
    assertThatThrownBy(() -> skips.add(frames.get(2))).isInstanceOf(WireException.class);
    TableParts mixes = new TableParts();
    mixes.add(frames.get(0));
    assertThatThrownBy(() -> mixes.add(new TableMessage.AskRules(TABLE).encode()))
        .isInstanceOf(WireException.class);
    assertThatThrownBy(() -> new TableParts().add(Bytes.ofHex("c0ffffffff00")))
        .isInstanceOf(WireException.class);
  }
}
