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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private static final int CACHE_KIB = 16 << 10;
  private static final int MAPPED_BYTES = 256 << 20;
  private static final int SCHEMA = 1;
  private static final Duration COUNTED = Duration.ofDays(7);

  /// Stops the thread that writes.
  private static final Request<Void> END = new Request<>(_ -> null);

  private interface Work<T> {
    @Nullable T in(Prepared statements) throws SQLException, TableStoreException;
  }

  /// The statements of a connection, each compiled once. They are closed with it.
  private static final class Prepared {
    final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Prepared(Connection connection) {
      this.connection = connection;
    }

    PreparedStatement of(String command) throws SQLException {
      PreparedStatement known = statements.get(command);
      if (known == null) {
        known = connection.prepareStatement(command);
        statements.put(command, known);
      }
      return known;
    }

    void run(String command) throws SQLException {
      of(command).execute();
    }

    /// A statement that failed can't be used again.
    void forget() {
      for (PreparedStatement each : statements.values()) {
        try {
          each.close();
        } catch (SQLException itsFailure) {
          // Closing a statement that failed says once more how it failed.
        }
      }
      statements.clear();
    }
  }

  private static final class Request<T> {
    final Work<T> work;
    final CompletableFuture<T> answer = new CompletableFuture<>();
    @Nullable T result;

    Request(Work<T> work) {
      this.work = work;
    }

    void run(Prepared statements) throws SQLException, TableStoreException {
      result = work.in(statements);
    }

    @SuppressWarnings("NullAway") // only the end has no result, and nobody waits for it
    void done() {
      answer.complete(result);
    }
  }

  private final Prepared reading;
  private final Prepared writing;
  private final BlockingQueue<Request<?>> requests = new LinkedBlockingQueue<>(10 * MAX_BATCH);
  private final Thread writer;
  private volatile boolean closed;

  /// Opens the file, and makes it where there is none.
  ///
  /// @param maxBytes the most that records may take on disk, apart from the write-ahead log; 0 for
  ///   no bound
  public SqliteTableStore(Path file, long maxBytes) throws TableStoreException {
    try {
      writing = new Prepared(connect(file));
      prepare(maxBytes);
      reading = new Prepared(connect(file));
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
    config.setCacheSize(-CACHE_KIB);
    config.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, Integer.toString(MAPPED_BYTES));
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private void prepare(long maxBytes) throws SQLException, TableStoreException {
    try (Statement statement = writing.connection.createStatement()) {
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
      statement.executeUpdate(
          "CREATE TABLE IF NOT EXISTS rules (name BLOB PRIMARY KEY, file BLOB NOT NULL)");
      statement.executeUpdate("PRAGMA user_version = " + SCHEMA);
      if (maxBytes > 0) {
        long pages = Math.max(1, maxBytes / PAGE_BYTES);
        statement.execute("PRAGMA max_page_count = " + pages);
      }
    }
  }

  @Override
  public CompletableFuture<Boolean> swap(TableRecord record) {
    return ask(statements -> {
      TableRecord before = living(statements, record).orElse(null);
      return record.follows(before) && take(statements, record);
    });
  }

  @Override
  public CompletableFuture<Boolean> merge(TableRecord record) {
    return ask(statements -> {
      TableRecord before = living(statements, record).orElse(null);
      return (before == null || record.isNewerThan(before)) && take(statements, record);
    });
  }

  @Override
  public CompletableFuture<Integer> forget(Instant now) {
    return ask(statements -> {
      PreparedStatement counted = statements.of("DELETE FROM writes WHERE made < ?");
      counted.setLong(1, now.minus(COUNTED).getEpochSecond());
      counted.executeUpdate();
      PreparedStatement old = statements.of("DELETE FROM records WHERE expires <= ?");
      old.setLong(1, now.getEpochSecond());
      return old.executeUpdate();
    });
  }

  @Override
  public CompletableFuture<Boolean> keepRules(Bytes table, Bytes file) {
    return ask(statements -> {
      PreparedStatement put = statements.of("INSERT OR REPLACE INTO rules VALUES (?, ?)");
      put.setBytes(1, table.toArray());
      put.setBytes(2, file.toArray());
      return put.executeUpdate() == 1;
    });
  }

  @Override
  public Optional<Bytes> rules(Bytes table) throws TableStoreException {
    synchronized (reading) {
      try {
        PreparedStatement query = reading.of("SELECT file FROM rules WHERE name = ?");
        query.setBytes(1, table.toArray());
        try (ResultSet row = query.executeQuery()) {
          return row.next() ? Optional.of(Bytes.of(row.getBytes(1))) : Optional.empty();
        }
      } catch (SQLException e) {
        throw failure("reading rules", e);
      }
    }
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
      try {
        PreparedStatement query =
            reading.of(
                "SELECT record FROM records WHERE (place, hash) > (?, ?)"
                    + " ORDER BY place, hash LIMIT ?");
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
      try {
        PreparedStatement query =
            reading.of("SELECT count(*) FROM writes WHERE place = ? AND author = ? AND made >= ?");
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
        reading.connection.close();
      }
      writing.connection.close();
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

  /// Begins and ends transactions itself: the driver's own lose count when SQLite rolls back
  /// without being asked, as it does when the disk is full.
  private void commit(List<Request<?>> batch) {
    try {
      writing.run("BEGIN IMMEDIATE");
      for (Request<?> each : batch) {
        each.run(writing);
      }
      writing.run("COMMIT");
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

  private void undo() {
    writing.forget();
    try {
      writing.run("ROLLBACK");
    } catch (SQLException nothingLeft) {
      // SQLite did so itself. If it did not, the next BEGIN is refused, and what follows it.
    }
  }

  private static boolean take(Prepared statements, TableRecord record) throws SQLException {
    TableEntry entry = record.entry();
    byte[] place = entry.place().encode();
    PreparedStatement put =
        statements.of(
            "INSERT INTO records (name, place, hash, expires, record) VALUES (?, ?, ?, ?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET hash = excluded.hash,"
                + " expires = excluded.expires, record = excluded.record");
    put.setBytes(1, name(record));
    put.setBytes(2, place);
    put.setBytes(3, record.hash().toArray());
    put.setLong(4, entry.expires().getEpochSecond());
    put.setBytes(5, record.encoded().toArray());
    put.executeUpdate();
    if (record.author().isPresent()) {
      PreparedStatement count =
          statements.of("INSERT INTO writes (place, author, made) VALUES (?, ?, ?)");
      count.setBytes(1, place);
      count.setBytes(2, record.author().get().key().toArray());
      count.setLong(3, entry.made().getEpochSecond());
      count.executeUpdate();
    }
    return true;
  }

  private static Optional<TableRecord> kept(Prepared statements, byte[] name)
      throws SQLException, TableStoreException {
    PreparedStatement query = statements.of("SELECT record FROM records WHERE name = ?");
    query.setBytes(1, name);
    try (ResultSet row = query.executeQuery()) {
      return row.next() ? Optional.of(record(row.getBytes(1))) : Optional.empty();
    }
  }

  /// What is kept of the key of a record, unless it had expired when that was made.
  private static Optional<TableRecord> living(Prepared statements, TableRecord record)
      throws SQLException, TableStoreException {
    return kept(statements, name(record))
        .filter(before -> before.entry().expires().isAfter(record.entry().made()));
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
