package org.wormholes.runtime.table;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.table.TableEntry;
import org.wormholes.protocol.table.TableRecord;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Records in one SQLite file.
///
/// One thread writes: it takes all that was asked for while it was busy, up to [#MAX_BATCH], as one
/// transaction, and answers when that is on disk (write-ahead log, `synchronous=FULL`). A batch
/// that fails is tried again one by one, so that only what can't be done is refused. Reading has a
/// connection of its own and never waits for writing.
public final class SqliteTableStore implements TableStore {
  static final int MAX_BATCH = 1000;
  private static final int PAGE_BYTES = 8192;
  private static final int SCHEMA = 1;
  private static final Duration COUNTED = Duration.ofDays(7);

  /// Stops the thread that writes.
  private static final Request<Void> END = new Request<>(_ -> null);

  private interface Work<T> {
    @Nullable T in(Connection connection) throws SQLException, TableStoreException;
  }

  private static final class Request<T> {
    final Work<T> work;
    final CompletableFuture<T> answer = new CompletableFuture<>();
    @Nullable T result;

    Request(Work<T> work) {
      this.work = work;
    }

    void run(Connection connection) throws SQLException, TableStoreException {
      result = work.in(connection);
    }

    @SuppressWarnings("NullAway") // only the end has no result, and nobody waits for it
    void done() {
      answer.complete(result);
    }
  }

  private final Connection reading;
  private final Connection writing;
  private final BlockingQueue<Request<?>> requests = new LinkedBlockingQueue<>(10 * MAX_BATCH);
  private final Thread writer;
  private volatile boolean closed;

  /// Opens the file, and makes it where there is none.
  ///
  /// @param maxBytes the most that records may take on disk, apart from the write-ahead log; 0 for
  ///   no bound
  public SqliteTableStore(Path file, long maxBytes) throws TableStoreException {
    try {
      writing = connect(file);
      prepare(maxBytes);
      reading = connect(file);
    } catch (SQLException e) {
      throw failure("opening " + file, e);
    }
    writer = Thread.ofPlatform().daemon().name("table-store").start(this::write);
  }

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setPageSize(PAGE_BYTES);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private void prepare(long maxBytes) throws SQLException, TableStoreException {
    try (Statement statement = writing.createStatement()) {
      int schema = number(statement.executeQuery("PRAGMA user_version"));
      if (schema > SCHEMA) {
        throw new TableStoreException(
            "the store was written by a newer version (schema %d, this knows %d)"
                .formatted(schema, SCHEMA),
            false,
            new IllegalStateException("schema " + schema));
      }
      statement.executeUpdate(
          "CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, name BLOB NOT NULL,"
              + " place BLOB NOT NULL, hash BLOB NOT NULL, expires INTEGER NOT NULL,"
              + " record BLOB NOT NULL)");
      statement.executeUpdate("CREATE UNIQUE INDEX IF NOT EXISTS by_name ON records (name)");
      statement.executeUpdate("CREATE INDEX IF NOT EXISTS by_place ON records (place, hash)");
      statement.executeUpdate("CREATE INDEX IF NOT EXISTS by_expiry ON records (expires)");
      statement.executeUpdate(
          "CREATE TABLE IF NOT EXISTS writes (id INTEGER PRIMARY KEY, place BLOB NOT NULL,"
              + " author BLOB NOT NULL, made INTEGER NOT NULL)");
      statement.executeUpdate(
          "CREATE INDEX IF NOT EXISTS by_author ON writes (place, author, made)");
      statement.executeUpdate("CREATE INDEX IF NOT EXISTS by_time ON writes (made)");
      statement.executeUpdate("PRAGMA user_version = " + SCHEMA);
      if (maxBytes > 0) {
        long pages = Math.max(1, maxBytes / PAGE_BYTES);
        statement.execute("PRAGMA max_page_count = " + pages);
      }
    }
  }

  @Override
  public CompletableFuture<Boolean> swap(TableRecord record) {
    return ask(connection -> {
      TableRecord before = kept(connection, name(record)).orElse(null);
      return record.follows(before) && take(connection, record);
    });
  }

  @Override
  public CompletableFuture<Boolean> merge(TableRecord record) {
    return ask(connection -> {
      TableRecord before = kept(connection, name(record)).orElse(null);
      return (before == null || record.isNewerThan(before)) && take(connection, record);
    });
  }

  @Override
  public CompletableFuture<Integer> forget(Instant now) {
    return ask(connection -> {
      try (PreparedStatement old =
              connection.prepareStatement("DELETE FROM records WHERE expires <= ?");
          PreparedStatement counted =
              connection.prepareStatement("DELETE FROM writes WHERE made < ?")) {
        counted.setLong(1, now.minus(COUNTED).getEpochSecond());
        counted.executeUpdate();
        old.setLong(1, now.getEpochSecond());
        return old.executeUpdate();
      }
    });
  }

  @Override
  public Optional<TableRecord> find(Bytes table, String key) throws TableStoreException {
    synchronized (reading) {
      try {
        return kept(reading, name(table, key));
      } catch (SQLException e) {
        throw failure("reading a record", e);
      }
    }
  }

  @Override
  public List<TableRecord> page(RingId from, Bytes after, int most) throws TableStoreException {
    if (most < 1 || most > 10_000) {
      throw new IllegalArgumentException("a page must have 1..10000 records, was " + most);
    }
    synchronized (reading) {
      try (PreparedStatement query =
          reading.prepareStatement(
              "SELECT record FROM records WHERE (place, hash) > (?, ?) ORDER BY place, hash LIMIT ?")) {
        query.setBytes(1, from.encode());
        query.setBytes(2, after.toArray());
        query.setInt(3, most);
        List<TableRecord> page = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
          while (rows.next()) {
            page.add(record(rows.getBytes(1)));
          }
        }
        return List.copyOf(page);
      } catch (SQLException e) {
        throw failure("reading records", e);
      }
    }
  }

  @Override
  public int writes(RingId place, NodeId author, Instant since) throws TableStoreException {
    synchronized (reading) {
      try (PreparedStatement query =
          reading.prepareStatement(
              "SELECT count(*) FROM writes WHERE place = ? AND author = ? AND made >= ?")) {
        query.setBytes(1, place.encode());
        query.setBytes(2, author.key().toArray());
        query.setLong(3, since.getEpochSecond());
        return number(query.executeQuery());
      } catch (SQLException e) {
        throw failure("counting writes", e);
      }
    }
  }

  @Override
  public void close() throws TableStoreException {
    synchronized (requests) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      requests.put(END);
      writer.join();
      synchronized (reading) {
        reading.close();
      }
      writing.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      throw failure("closing the store", e);
    }
  }

  private <T> CompletableFuture<T> ask(Work<T> work) {
    Request<T> request = new Request<>(work);
    boolean taken;
    synchronized (requests) {
      taken = !closed && requests.offer(request);
    }
    if (!taken) {
      String reason = closed ? "the store is closed" : "the store is busy: too many writes wait";
      request.answer.completeExceptionally(
          new TableStoreException(reason, false, new IllegalStateException(reason)));
    }
    return request.answer;
  }

  // ---- the thread that writes

  private void write() {
    List<Request<?>> batch = new ArrayList<>();
    try {
      boolean goesOn = true;
      while (goesOn) {
        batch.add(requests.take());
        requests.drainTo(batch, MAX_BATCH - 1);
        goesOn = !batch.removeIf(each -> each == END);
        commit(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void commit(List<Request<?>> batch) {
    try {
      execute("BEGIN IMMEDIATE");
      for (Request<?> each : batch) {
        each.run(writing);
      }
      execute("COMMIT");
      batch.forEach(Request::done);
    } catch (SQLException | TableStoreException e) {
      undo();
      if (batch.size() == 1) {
        batch.getFirst().answer.completeExceptionally(failure("writing a record", e));
      } else {
        batch.forEach(each -> commit(List.of(each)));
      }
    }
  }

  /// The driver's own transactions lose count when SQLite rolls back by itself, as it does when the
  /// disk is full.
  private void execute(String command) throws SQLException {
    try (Statement statement = writing.createStatement()) {
      statement.execute(command);
    }
  }

  private void undo() {
    try {
      execute("ROLLBACK");
    } catch (SQLException nothingLeft) {
      // SQLite did so itself. If it did not, the next BEGIN is refused, and what follows it.
    }
  }

  private static boolean take(Connection connection, TableRecord record) throws SQLException {
    TableEntry entry = record.entry();
    try (PreparedStatement put =
        connection.prepareStatement(
            "INSERT INTO records (name, place, hash, expires, record) VALUES (?, ?, ?, ?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET hash = excluded.hash,"
                + " expires = excluded.expires, record = excluded.record")) {
      put.setBytes(1, name(record));
      put.setBytes(2, entry.place().encode());
      put.setBytes(3, record.hash().toArray());
      put.setLong(4, entry.expires().getEpochSecond());
      put.setBytes(5, record.encoded().toArray());
      put.executeUpdate();
    }
    if (record.author().isPresent()) {
      try (PreparedStatement count =
          connection.prepareStatement(
              "INSERT INTO writes (place, author, made) VALUES (?, ?, ?)")) {
        count.setBytes(1, entry.place().encode());
        count.setBytes(2, record.author().get().key().toArray());
        count.setLong(3, entry.made().getEpochSecond());
        count.executeUpdate();
      }
    }
    return true;
  }

  private static Optional<TableRecord> kept(Connection connection, byte[] name)
      throws SQLException, TableStoreException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT record FROM records WHERE name = ?")) {
      query.setBytes(1, name);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(record(row.getBytes(1))) : Optional.empty();
      }
    }
  }

  private static TableRecord record(byte[] kept) throws TableStoreException {
    try {
      return TableRecord.decodeKept(Bytes.of(kept));
    } catch (WireException e) {
      throw new TableStoreException("the store is damaged: a record can't be read", false, e);
    }
  }

  private static byte[] name(TableRecord record) {
    return name(record.entry().table(), record.entry().key());
  }

  private static byte[] name(Bytes table, String key) {
    byte[] text = key.getBytes(StandardCharsets.UTF_8);
    byte[] name = new byte[table.size() + text.length];
    table.copyTo(name, 0);
    System.arraycopy(text, 0, name, table.size(), text.length);
    return name;
  }

  private static int number(ResultSet one) throws SQLException {
    try (one) {
      return one.next() ? one.getInt(1) : 0;
    }
  }

  private static TableStoreException failure(String doing, Exception cause) {
    if (cause instanceof TableStoreException known) {
      return known;
    }
    boolean full =
        cause instanceof SQLiteException sqlite
            && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
    String what = full ? "no room is left" : String.valueOf(cause.getMessage());
    return new TableStoreException(doing + ": " + what, full, cause);
  }
}
