package org.wormholes.protocol.table;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.wire.Bytes;

/// One version of a key in a table, before somebody signs it.
///
/// @param table the hash that names the table, 32 bytes
/// @param key 1 to [#MAX_KEY] bytes of UTF-8
/// @param version from 1, one more than that of the record it replaces
/// @param previous the hash of the record it replaces; 32 zero bytes where there is none
/// @param deleted whether it is a tombstone, which has no value
/// @param value at most [#MAX_VALUE] bytes
/// @param made when it was written, whole seconds
/// @param expires when it may be forgotten, whole seconds, after `made`
public record TableEntry(
    Bytes table,
    String key,
    long version,
    Bytes previous,
    boolean deleted,
    Bytes value,
    Instant made,
    Instant expires) {
  public static final int HASH_BYTES = 32;
  public static final int MAX_KEY = 255;
  public static final int MAX_VALUE = 32_768;

  /// What a first version replaces.
  public static final Bytes NOTHING = Bytes.of(new byte[HASH_BYTES]);

  private static final Instant MAX_TIME = Instant.ofEpochSecond(1L << 40);

  public TableEntry {
    requireNonNull(value, "value");
    if (table.size() != HASH_BYTES || previous.size() != HASH_BYTES) {
      throw new IllegalArgumentException("a hash must have 32 bytes");
    }
    int keyBytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (keyBytes < 1 || keyBytes > MAX_KEY) {
      throw new IllegalArgumentException("a key must have 1..255 bytes, had " + keyBytes);
    }
    if (value.size() > MAX_VALUE) {
      throw new IllegalArgumentException(
          "a value must have at most %d bytes, had %d".formatted(MAX_VALUE, value.size()));
    }
    if (deleted && value.size() > 0) {
      throw new IllegalArgumentException("a tombstone must have no value");
    }
    if (version < 1 || (version == 1) != previous.equals(NOTHING)) {
      throw new IllegalArgumentException("only version 1 replaces nothing");
    }
    if (!isWhole(made) || !isWhole(expires)) {
      throw new IllegalArgumentException("times must be whole seconds");
    }
    if (made.isBefore(Instant.EPOCH) || expires.isAfter(MAX_TIME) || !expires.isAfter(made)) {
      throw new IllegalArgumentException("an entry must expire after it was made");
    }
  }

  private static boolean isWhole(Instant time) {
    return time.equals(time.truncatedTo(ChronoUnit.SECONDS));
  }

  /// Where on the ring the entry is kept: the same for all keys of the table that are alike up to
  /// the first `/`.
  public RingId place() {
    return place(table, key);
  }

  /// Where on the ring a key of a table is kept.
  public static RingId place(Bytes table, String key) {
    int slash = key.indexOf('/');
    String shared = slash < 0 ? key : key.substring(0, slash);
    return RingId.decode(
        Hash.sha256(Labels.TABLE_PLACE, table.toArray(), shared.getBytes(StandardCharsets.UTF_8)),
        0);
  }

  /// Redacted: what is written stays out of logs.
  @Override
  public String toString() {
    return "TableEntry[version " + version + (deleted ? ", deleted]" : "]");
  }
}
