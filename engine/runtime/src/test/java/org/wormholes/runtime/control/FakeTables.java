package org.wormholes.runtime.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A table without nodes, where nobody may write `x`.
final class FakeTables implements TableControl {
  private static final Instant MADE = Instant.parse("2026-11-23T10:00:00Z");

  private final Map<String, TableRecordView> records = new TreeMap<>();

  @Override
  public List<TableView> tables() {
    return List.of(new TableView("home", "guestbook", "wt1-" + "0".repeat(64), 5, 3));
  }

  @Override
  public CompletionStage<TableRecordView> read(Optional<String> network, String table, String key) {
    return CompletableFuture.completedFuture(records.getOrDefault(key, nothing(table, key)));
  }

  private static TableRecordView nothing(String table, String key) {
    return new TableRecordView(
        table,
        key,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public CompletionStage<TableRecordView> write(Wish wish) {
    if (wish.value().isEmpty()) {
      records.remove(wish.key());
      return CompletableFuture.completedFuture(nothing(wish.table(), wish.key()));
    }
    byte[] value = wish.value().get().toArray();
    String text = new String(value, StandardCharsets.UTF_8);
    if (text.equals("x")) {
      return CompletableFuture.failedFuture(
          new IOException("guestbook.rb:3:5: the write does not meet `value != \"x\"`"));
    }
    TableRecordView record =
        new TableRecordView(
            wish.table(),
            wish.key(),
            1,
            Optional.of(Base64.getEncoder().encodeToString(value)),
            Optional.of(text),
            Optional.of("a".repeat(56)),
            Optional.of(MADE),
            Optional.of(MADE.plusSeconds(60)));
    records.put(wish.key(), record);
    return CompletableFuture.completedFuture(record);
  }

  @Override
  public CompletionStage<List<TableKeyView>> keys(
      Optional<String> network, String table, String start) {
    return CompletableFuture.completedFuture(
        records.keySet().stream()
            .filter(key -> key.startsWith(start))
            .map(key -> new TableKeyView(key, 1, MADE.plusSeconds(60)))
            .toList());
  }
}
