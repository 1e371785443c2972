package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.wormholes.protocol.wire.Bytes;

/// The part of the control API that is about tables.
public final class TableApi {
  /// Answer of tables.
  public record TableList(List<TableView> tables) {}

  /// Body of writes.
  ///
  /// @param value in Base64; absent to delete
  /// @param version the version that is replaced, 0 for none; any where it is absent
  /// @param life how long it is kept
  public record WriteRequest(
      Optional<String> network,
      String table,
      String key,
      Optional<String> value,
      Optional<Long> version,
      Optional<Duration> life) {}

  /// Body of reads.
  public record ReadRequest(Optional<String> network, String table, String key) {}

  /// Body of keys.
  ///
  /// @param start what they begin with
  public record KeysRequest(Optional<String> network, String table, Optional<String> start) {}

  /// Answer of keys.
  public record KeyList(List<TableKeyView> keys) {}

  private final TableControl tables;

  TableApi(TableControl tables) {
    this.tables = tables;
  }

  TableList list() {
    return new TableList(tables.tables());
  }

  TableRecordView write(WriteRequest request) throws Refusal {
    Optional<Bytes> value;
    try {
      value = request.value().map(it -> Bytes.of(Base64.getDecoder().decode(it)));
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad-request", "value must be Base64: " + e.getMessage());
    }
    return await(
        tables.write(
            new TableControl.Wish(
                request.network(),
                request.table(),
                request.key(),
                value,
                request.version(),
                request.life())));
  }

  TableRecordView read(ReadRequest request) throws Refusal {
    return await(tables.read(request.network(), request.table(), request.key()));
  }

  KeyList keys(KeysRequest request) throws Refusal {
    return new KeyList(
        await(tables.keys(request.network(), request.table(), request.start().orElse(""))));
  }

  private static <T> T await(CompletionStage<T> stage) throws Refusal {
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException) {
        throw new Refusal(409, "table", String.valueOf(cause.getMessage()));
      }
      if (cause instanceof TimeoutException) {
        throw new Refusal(409, "table", "those who keep it did not answer in time");
      }
      throw new IllegalStateException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(409, "stopping", "the engine is stopping");
    }
  }
}
