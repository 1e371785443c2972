package org.wormholes.protocol.table;

import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.wire.Bytes;

/// Where a record stands among all that a member keeps: by its place on the ring, and at one place
/// by its hash.
///
/// @param hash 32 bytes
public record TableSpot(RingId place, Bytes hash) implements Comparable<TableSpot> {
  /// Before all records but one of hash 0 at place 0, which does not exist.
  public static final TableSpot START =
      new TableSpot(new RingId(0, 0, 0, 0), Bytes.of(new byte[TableEntry.HASH_BYTES]));

  private static final Bytes LAST_HASH = Bytes.ofHex("ff".repeat(TableEntry.HASH_BYTES));

  /// Behind all records.
  public static final TableSpot END = after(new RingId(-1, -1, -1, -1));

  public TableSpot {
    if (hash.size() != TableEntry.HASH_BYTES) {
      throw new IllegalArgumentException("a hash must have 32 bytes");
    }
  }

  public static TableSpot of(TableRecord record) {
    return new TableSpot(record.entry().place(), record.hash());
  }

  /// Behind all records of a place.
  public static TableSpot after(RingId place) {
    return new TableSpot(place, LAST_HASH);
  }

  @Override
  public int compareTo(TableSpot other) {
    int byPlace = place.compareTo(other.place);
    return byPlace != 0 ? byPlace : hash.compareTo(other.hash);
  }
}
