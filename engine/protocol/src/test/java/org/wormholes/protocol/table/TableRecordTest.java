package org.wormholes.protocol.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

class TableRecordTest {
  private static final NodeKey ANN = NodeKey.ofSeed(filled(7));
  private static final Bytes TABLE = Bytes.of(filled(1));
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static TableEntry entry(String key, long version, Bytes previous, String value) {
    Bytes content = Bytes.of(value.getBytes(StandardCharsets.UTF_8));
    return new TableEntry(
        TABLE, key, version, previous, value.isEmpty(), content, NOW, NOW.plusSeconds(3600));
  }

  private static TableRecord first(String value) {
    return TableRecord.sign(entry("ann/é", 1, TableEntry.NOTHING, value), ANN);
  }

  @Test
  void bytesDoNotChange() {
    TableRecord record = first("hello");
    assertThat(record.encoded().hex())
        .isEqualTo(
            "0201010101010101010101010101010101010101010101010101010101010101010000000000000001000000"
                + "0000000000000000000000000000000000000000000000000000000000000000006b49d200000000006b49e0"
                + "1006616e6e2fc3a9000568656c6c6fea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea6914"
                + "46d22c14f37788d123f88b469c281b44b79bf99a42c3631422672953316c6ee1ed51103fe1cc5f4fe656a001"
                + "76e7d5e24e88b7645137c7af9603c48698c50f9dc67304");
    assertThat(record.hash().hex())
        .isEqualTo("de4d51c3d39d082172914861b038a8a8b6f17a67333e29a498ff5276c2f8175c");
    assertThat(record.entry().place().hex())
        .isEqualTo("bc0c0a3f8658abc968cdc7798d54e19382db5493a1ffdabccd13e9311ef6180d");
  }

  @Test
  void readsWhatItWrote() throws Exception {
    TableRecord signed = first("hello");
    TableRecord unsigned = TableRecord.unsigned(entry("k", 1, TableEntry.NOTHING, "x"));
    TableRecord gone = TableRecord.sign(entry("ann/é", 2, signed.hash(), ""), ANN);
    for (TableRecord record : new TableRecord[] {signed, unsigned, gone}) {
      TableRecord read = TableRecord.decode(record.encoded());
      assertThat(read).isEqualTo(record);
      assertThat(read.entry()).isEqualTo(record.entry());
      assertThat(read.author()).isEqualTo(record.author());
    }
    assertThat(signed.author()).hasValue(ANN.id());
    assertThat(unsigned.author()).isEmpty();
    assertThat(gone.entry().deleted()).isTrue();
  }

  @Test
  void refusesEveryAlteredByte() {
    byte[] good = first("hello").encoded().toArray();
    for (int at = 0; at < good.length; at++) {
      byte[] altered = good.clone();
      altered[at] ^= 1;
      assertThatThrownBy(() -> TableRecord.decode(Bytes.of(altered)))
          .as("byte %d", at)
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void aVersionFollowsOnlyTheOneItNames() {
    TableRecord one = first("hello");
    TableRecord two = TableRecord.sign(entry("ann/é", 2, one.hash(), "again"), ANN);
    TableRecord other = TableRecord.sign(entry("ann/é", 2, first("other").hash(), "again"), ANN);

    assertThat(one.follows(null)).isTrue();
    assertThat(two.follows(one)).isTrue();
    assertThat(two.follows(null)).isFalse();
    assertThat(one.follows(one)).isFalse();
    assertThat(other.follows(one)).isFalse();
  }

  @Test
  void ofTwoThatDifferOneIsNewer() {
    TableRecord one = first("hello");
    TableRecord rival = first("rival");
    TableRecord two = TableRecord.sign(entry("ann/é", 2, one.hash(), "again"), ANN);

    assertThat(two.isNewerThan(one)).isTrue();
    assertThat(two.isNewerThan(rival)).isTrue();
    assertThat(one.isNewerThan(rival)).isNotEqualTo(rival.isNewerThan(one));
    assertThat(one.isNewerThan(one)).isFalse();
  }

  @Test
  void keysThatStartAlikeHaveOnePlace() {
    assertThat(TableEntry.place(TABLE, "ann/1")).isEqualTo(TableEntry.place(TABLE, "ann/2/3"));
    assertThat(TableEntry.place(TABLE, "ann")).isEqualTo(TableEntry.place(TABLE, "ann/1"));
    assertThat(TableEntry.place(TABLE, "bob/1")).isNotEqualTo(TableEntry.place(TABLE, "ann/1"));
    assertThat(TableEntry.place(Bytes.of(filled(2)), "ann/1"))
        .isNotEqualTo(TableEntry.place(TABLE, "ann/1"));
  }

  @Test
  void refusesWhatBreaksTheRulesOfEntries() {
    Instant later = NOW.plusSeconds(1);
    Bytes none = Bytes.EMPTY;
    assertThatThrownBy(() -> entry("", 1, TableEntry.NOTHING, "x")).hasMessageContaining("1..255");
    assertThatThrownBy(() -> entry("é".repeat(128), 1, TableEntry.NOTHING, "x"))
        .hasMessageContaining("had 256");
    assertThatThrownBy(() -> entry("k", 2, TableEntry.NOTHING, "x"))
        .hasMessageContaining("replaces nothing");
    assertThatThrownBy(() -> entry("k", 1, TABLE, "x")).hasMessageContaining("replaces nothing");
    assertThatThrownBy(() ->
            new TableEntry(
                TABLE, "k", 1, TableEntry.NOTHING, true, Bytes.of(filled(1)), NOW, later))
        .hasMessageContaining("tombstone");
    assertThatThrownBy(
            () -> new TableEntry(TABLE, "k", 1, TableEntry.NOTHING, false, none, later, NOW))
        .hasMessageContaining("expire");
  }
}
