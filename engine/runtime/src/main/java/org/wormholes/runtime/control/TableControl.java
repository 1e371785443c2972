package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.wormholes.protocol.wire.Bytes;

/// What can be asked of the tables of an engine's networks. A table is named by its name or its id.
/// Stages fail with an [IOException] that says why: a refused write names the clause and where it
/// stands.
public interface TableControl {
  /// No tables.
  TableControl NONE =
      new TableControl() {
        private <T> CompletionStage<T> none() {
          return CompletableFuture.failedFuture(new IOException("this node has no tables"));
        }

        @Override
        public List<TableView> tables() {
          return List.of();
        }

        @Override
        public CompletionStage<TableRecordView> read(
            Optional<String> network, String table, String key) {
          return none();
        }

        @Override
        public CompletionStage<TableRecordView> write(Wish wish) {
          return none();
        }

        @Override
        public CompletionStage<List<TableKeyView>> keys(
            Optional<String> network, String table, String start) {
          return none();
        }
      };

  /// A write.
  ///
  /// @param network its name or its id; not needed where only one has the table
  /// @param value empty to delete
  /// @param version the version that it replaces, 0 for none; any where it is absent
  /// @param life how long it is kept; as long as the table says where it is absent
  record Wish(
      Optional<String> network,
      String table,
      String key,
      Optional<Bytes> value,
      Optional<Long> version,
      Optional<Duration> life) {}

  /// Those of the rulesets that were applied.
  List<TableView> tables();

  CompletionStage<TableRecordView> read(Optional<String> network, String table, String key);

  /// Signs and writes.
  ///
  /// @return what the key is then
  CompletionStage<TableRecordView> write(Wish wish);

  /// Keys in no order, at most 10,000.
  ///
  /// @param start what they begin with
  CompletionStage<List<TableKeyView>> keys(Optional<String> network, String table, String start);
}
