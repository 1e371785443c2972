package org.wormholes.runtime.table;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.table.TableEntry;
import org.wormholes.protocol.table.TableRecord;
import org.wormholes.protocol.wire.Bytes;

/// Records to keep.
final class Records {
  static final NodeKey ANN = NodeKey.ofSeed(filled(7));
  static final Bytes TABLE = Bytes.of(filled(1));
  static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);

  private Records() {}

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /// The next version of a key; a tombstone where the value is empty.
  static TableRecord next(@Nullable TableRecord before, String key, String value) {
    return next(before, key, value, NOW);
  }

  static TableRecord next(@Nullable TableRecord before, String key, String value, Instant made) {
    return TableRecord.sign(
        new TableEntry(
            TABLE,
            key,
            before == null ? 1 : before.entry().version() + 1,
            before == null ? TableEntry.NOTHING : before.hash(),
            value.isEmpty(),
            Bytes.of(value.getBytes(StandardCharsets.UTF_8)),
            made,
            made.plusSeconds(3600)),
        ANN);
  }

  /// One that nobody signed, which is quicker.
  static TableRecord plain(String key, byte[] value) {
    return TableRecord.unsigned(
        new TableEntry(
            TABLE, key, 1, TableEntry.NOTHING, false, Bytes.of(value), NOW, NOW.plusSeconds(3600)));
  }
}
