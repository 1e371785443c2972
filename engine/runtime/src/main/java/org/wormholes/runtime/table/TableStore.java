package org.wormholes.runtime.table;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.table.TableRecord;
import org.wormholes.protocol.wire.Bytes;

/// The records of tables that a node keeps: of each key the newest version. It asks no rules and
/// checks no signatures. Thread-safe.
///
/// What it says it took is on disk and survives a crash of the process or the machine. Futures fail
/// with a [TableStoreException].
public interface TableStore extends AutoCloseable {
  /// Takes the record if it follows what is kept of its key (compare-and-swap,
  /// [TableRecord#follows]). What had expired when the record was made counts as nothing.
  ///
  /// @return whether it did, when that is on disk
  CompletableFuture<Boolean> swap(TableRecord record);

  /// Takes the record if it is newer than what is kept of its key ([TableRecord#isNewerThan]): what
  /// other nodes hand over. What had expired when the record was made counts as nothing.
  ///
  /// @return whether it did, when that is on disk
  CompletableFuture<Boolean> merge(TableRecord record);

  /// The newest version of a key; a tombstone where it was deleted.
  Optional<TableRecord> find(Bytes table, String key) throws TableStoreException;

  /// Records in the order of their places, for handing over and repair.
  ///
  /// @param from the first place
  /// @param after the hash of the last record of that place that was seen, 32 zero bytes for none
  /// @param most how many, 1 to 10,000
  List<TableRecord> page(RingId from, Bytes after, int most) throws TableStoreException;

  /// How many writes of the author were taken for a place since then, those of the moment included.
  int writes(RingId place, NodeId author, Instant since) throws TableStoreException;

  /// Keeps the rules of a table, by its name.
  CompletableFuture<Boolean> keepRules(Bytes table, Bytes file);

  /// The rules of a table that were kept.
  Optional<Bytes> rules(Bytes table) throws TableStoreException;

  /// Forgets what has expired, and writes that no rule counts any more.
  ///
  /// @return how many records
  CompletableFuture<Integer> forget(Instant now);

  /// Finishes what was asked for and closes the files.
  @Override
  void close() throws TableStoreException;
}
