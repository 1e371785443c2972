package org.wormholes.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.table.TableAsker;
import org.wormholes.protocol.table.TableEntry;
import org.wormholes.protocol.table.TableRecord;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.expr.Utf8;
import org.wormholes.runtime.control.TableControl;
import org.wormholes.runtime.control.TableKeyView;
import org.wormholes.runtime.control.TableRecordView;
import org.wormholes.runtime.control.TableView;

/// What people ask of the tables of a node's networks.
final class TableDesk implements TableControl {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// A table and the network that keeps it.
  record Meant(NetworkHost host, RuleTerms terms) {}

  private final Node node;

  TableDesk(Node node) {
    this.node = node;
  }

  @Override
  public List<TableView> tables() {
    List<TableView> views = new ArrayList<>();
    for (NetworkHost host : node.networks().all()) {
      for (RuleTerms each : host.tables().book().own()) {
        views.add(
            new TableView(
                host.rules().name(),
                each.rules().table().name(),
                each.rules().id(),
                each.replicas(),
                each.quorum()));
      }
    }
    return views;
  }

  @Override
  public CompletionStage<TableRecordView> read(Optional<String> network, String table, String key) {
    try {
      Meant meant = meant(network, table);
      checkKey(meant.terms(), key);
      return bounded(
          meant
              .host()
              .tables()
              .read(meant.terms(), key)
              .thenApply(record -> view(meant.terms(), key, record)));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<TableRecordView> write(Wish wish) {
    try {
      Meant meant = meant(wish.network(), wish.table());
      checkKey(meant.terms(), wish.key());
      Duration life = wish.life().orElse(meant.terms().life()).truncatedTo(ChronoUnit.SECONDS);
      if (life.isNegative() || life.isZero()) {
        throw new IOException("a value is kept for a second at least");
      }
      if (wish.value().filter(it -> it.size() > meant.terms().maxValue()).isPresent()) {
        throw new IOException(
            "table %s takes values of up to %d bytes"
                .formatted(wish.table(), meant.terms().maxValue()));
      }
      TableAsker.Draft draft =
          new TableAsker.Draft(
              wish.key(),
              wish.value(),
              life,
              wish.version().map(OptionalLong::of).orElse(OptionalLong.empty()),
              true);
      return bounded(
          meant
              .host()
              .tables()
              .write(meant.terms(), draft)
              .thenApply(record -> view(meant.terms(), wish.key(), Optional.of(record))));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<List<TableKeyView>> keys(
      Optional<String> network, String table, String start) {
    try {
      Meant meant = meant(network, table);
      Instant now = node.clock().instant();
      return bounded(
          new TableWalk(meant.host(), meant.terms().table(), start)
              .keys()
              .thenApply(entries ->
                  entries.stream()
                      .filter(each -> !each.deleted() && each.expires() > now.getEpochSecond())
                      .map(each ->
                          new TableKeyView(
                              each.key(), each.version(), Instant.ofEpochSecond(each.expires())))
                      .toList()));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static void checkKey(RuleTerms terms, String key) throws IOException {
    int bytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > terms.maxKey()) {
      throw new IOException(
          "table %s has keys of 1 to %d bytes, this has %d"
              .formatted(terms.rules().table().name(), terms.maxKey(), bytes));
    }
  }

  private static <T> CompletionStage<T> bounded(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private Meant meant(Optional<String> network, String table) throws IOException {
    List<Meant> fit = new ArrayList<>();
    for (NetworkHost host : node.networks().all()) {
      boolean named =
          network.isEmpty()
              || host.rules().name().equals(network.get())
              || host.rules().id().equals(network.get());
      if (named) {
        host.tables().book().named(table).ifPresent(terms -> fit.add(new Meant(host, terms)));
      }
    }
    if (fit.size() == 1) {
      return fit.getFirst();
    }
    throw new IOException(
        fit.isEmpty()
            ? "no ruleset of this node has a table %s".formatted(table)
            : "several networks have a table %s: say which network".formatted(table));
  }

  private static TableRecordView view(RuleTerms terms, String key, Optional<TableRecord> record) {
    Optional<TableEntry> there = record.map(TableRecord::entry).filter(entry -> !entry.deleted());
    return new TableRecordView(
        terms.rules().table().name(),
        key,
        there.map(TableEntry::version).orElse(0L),
        there.map(entry -> Base64.getEncoder().encodeToString(entry.value().toArray())),
        there.flatMap(entry -> text(entry.value())),
        record.flatMap(TableRecord::author).map(NodeId::address),
        record.map(TableRecord::entry).map(TableEntry::made),
        record.map(TableRecord::entry).map(TableEntry::expires));
  }

  private static Optional<String> text(Bytes value) {
    byte[] bytes = value.toArray();
    return Utf8.isWellFormed(bytes, 0, bytes.length)
        ? Optional.of(new String(bytes, StandardCharsets.UTF_8))
        : Optional.empty();
  }
}
