package org.wormholes.protocol.table;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import org.wormholes.protocol.wire.Bytes;

/// What those who keep a table, and those who use it, know of its rules. Pure: the same answer on
/// every node.
public interface TableTerms {
  /// The hash that names the table, 32 bytes.
  Bytes table();

  /// How many members of the ring keep each key, 1 to 16.
  int replicas();

  /// How many of them must have taken a write for it to be done.
  int quorum();

  /// The longest that a record is kept.
  Duration life();

  /// The longest key, in bytes of UTF-8.
  int maxKey();

  /// The longest value, in bytes.
  int maxValue();

  /// The number of the first clause that a record does not meet, from 0; empty where it meets all.
  ///
  /// @param before what it replaces
  /// @param writes how many writes of its author are known within `minute`, `hour`, `day` or
  ///   `week`; asked only where a clause does
  OptionalInt refusedBy(
      TableRecord record, Optional<TableRecord> before, ToIntFunction<String> writes);
}
