package org.wormholes.runtime.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.table.TableEntry;
import org.wormholes.protocol.table.TableRecord;
import org.wormholes.protocol.wire.Bytes;

@Timeout(60)
class SqliteTableStoreTest {
  private static final RingId ZERO = new RingId(0, 0, 0, 0);

  @TempDir Path folder;
  private TableStore store;

  @BeforeEach
  void open() throws Exception {
    store = new SqliteTableStore(folder.resolve("tables.db"), 0);
  }

  @AfterEach
  void close() throws Exception {
    store.close();
  }

  private static <T> T now(CompletableFuture<T> answer) throws Exception {
    return answer.get(30, TimeUnit.SECONDS);
  }

  @Test
  void keepsTheNewestVersionOfAKey() throws Exception {
    TableRecord one = Records.next(null, "k", "one");
    TableRecord two = Records.next(one, "k", "two");

    assertThat(store.find(Records.TABLE, "k")).isEmpty();
    assertThat(now(store.swap(two))).as("a gap").isFalse();
    assertThat(now(store.swap(one))).isTrue();
    assertThat(now(store.swap(one))).as("again").isFalse();
    assertThat(now(store.swap(two))).isTrue();
    assertThat(store.find(Records.TABLE, "k")).hasValue(two);
    assertThat(store.find(TableEntry.NOTHING, "k")).as("of another table").isEmpty();
  }

  @Test
  void aTombstoneStaysAndIsFollowed() throws Exception {
    TableRecord one = Records.next(null, "k", "one");
    TableRecord gone = Records.next(one, "k", "");
    now(store.swap(one));

    assertThat(now(store.swap(gone))).isTrue();
    assertThat(now(store.merge(one))).as("what was deleted comes back").isFalse();
    assertThat(store.find(Records.TABLE, "k").orElseThrow().entry().deleted()).isTrue();
    assertThat(now(store.swap(Records.next(gone, "k", "new")))).isTrue();
  }

  @Test
  void mergesComeToTheSameInAnyOrder() throws Exception {
    TableRecord one = Records.next(null, "k", "one");
    TableRecord rival = Records.next(null, "k", "rival");
    TableRecord newer = one.isNewerThan(rival) ? one : rival;
    try (TableStore other = new SqliteTableStore(folder.resolve("other.db"), 0)) {
      now(store.merge(one));
      now(store.merge(rival));
      now(other.merge(rival));
      now(other.merge(one));

      assertThat(store.find(Records.TABLE, "k")).hasValue(newer);
      assertThat(other.find(Records.TABLE, "k")).hasValue(newer);
    }
  }

  @Test
  void ofManyWritersOfAVersionOneWins() throws Exception {
    TableRecord before = Records.next(null, "k", "start");
    now(store.swap(before));
    for (int round = 0; round < 20; round++) {
      List<TableRecord> rivals = new ArrayList<>();
      List<CompletableFuture<Boolean>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        rivals.add(Records.next(before, "k", "round " + round + " by " + i));
      }
      List<Thread> threads = new ArrayList<>();
      for (TableRecord each : rivals) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        answers.add(answer);
        threads.add(
            Thread.ofPlatform().daemon().start(() -> answer.complete(store.swap(each).join())));
      }
      int won = 0;
      for (int i = 0; i < rivals.size(); i++) {
        if (now(answers.get(i))) {
          won++;
          before = rivals.get(i);
        }
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(won).isEqualTo(1);
      assertThat(store.find(Records.TABLE, "k")).hasValue(before);
    }
  }

  @Test
  void whatWasTakenIsThereWhenItIsOpenedAgain() throws Exception {
    TableRecord one = Records.next(null, "k", "one");
    now(store.swap(one));
    store.close();

    try (TableStore again = new SqliteTableStore(folder.resolve("tables.db"), 0)) {
      assertThat(again.find(Records.TABLE, "k")).hasValue(one);
    }
    assertThatThrownBy(() -> now(store.swap(one)))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("the store is closed");
  }

  @Test
  void pagesGoThroughAllRecordsInTheOrderOfTheirPlaces() throws Exception {
    List<TableRecord> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      TableRecord record = Records.next(null, (i % 10) + "/" + i, "value");
      all.add(record);
      now(store.swap(record));
    }
    all.sort(
        Comparator.comparing((TableRecord record) -> record.entry().place())
            .thenComparing(TableRecord::hash));

    List<TableRecord> seen = new ArrayList<>();
    RingId from = ZERO;
    Bytes after = TableEntry.NOTHING;
    for (List<TableRecord> page = store.page(from, after, 7);
        !page.isEmpty();
        page = store.page(from, after, 7)) {
      seen.addAll(page);
      from = page.getLast().entry().place();
      after = page.getLast().hash();
    }
    assertThat(seen).isEqualTo(all);
  }

  @Test
  void countsWritesOfAnAuthorForAPlace() throws Exception {
    TableRecord one = Records.next(null, "a/1", "one", Records.NOW.minusSeconds(4000));
    now(store.swap(one));
    now(store.swap(Records.next(one, "a/1", "", Records.NOW.minusSeconds(3000))));
    now(store.swap(Records.next(null, "a/2", "two")));
    now(store.swap(Records.next(null, "b/1", "elsewhere")));
    RingId place = TableEntry.place(Records.TABLE, "a");

    assertThat(store.writes(place, Records.ANN.id(), Records.NOW.minusSeconds(3600))).isEqualTo(2);
    assertThat(store.writes(place, Records.ANN.id(), Records.NOW.minusSeconds(86_400)))
        .isEqualTo(3);
    assertThat(store.writes(ZERO, Records.ANN.id(), Records.NOW.minusSeconds(86_400))).isZero();
  }

  @Test
  void whatHadExpiredWhenARecordWasMadeIsNotInItsWay() throws Exception {
    TableRecord one = Records.next(null, "k", "one");
    TableRecord two = Records.next(one, "k", "two");
    now(store.swap(one));
    now(store.swap(two));
    TableRecord early = Records.next(null, "k", "anew", two.entry().expires().minusSeconds(1));
    TableRecord late = Records.next(null, "k", "anew", two.entry().expires());

    assertThat(now(store.swap(early))).isFalse();
    assertThat(now(store.merge(early))).isFalse();
    assertThat(now(store.swap(late))).isTrue();
    assertThat(store.find(Records.TABLE, "k")).contains(late);
  }

  @Test
  void rulesOfTablesAreKept() throws Exception {
    assertThat(store.rules(Records.TABLE)).isEmpty();
    now(store.keepRules(Records.TABLE, Bytes.ofHex("0102")));
    now(store.keepRules(Records.TABLE, Bytes.ofHex("03")));
    assertThat(store.rules(Records.TABLE)).contains(Bytes.ofHex("03"));
  }

  @Test
  void forgetsWhatHasExpired() throws Exception {
    TableRecord one = Records.next(null, "k", "one");
    now(store.swap(one));

    assertThat(now(store.forget(one.entry().expires().minusSeconds(1)))).isZero();
    assertThat(now(store.forget(one.entry().expires()))).isEqualTo(1);
    assertThat(store.find(Records.TABLE, "k")).isEmpty();
    assertThat(now(store.swap(one))).isTrue();
  }

  @Test
  void aFullDiskRefusesWhatDoesNotFitAndLosesNothing() throws Exception {
    store.close();
    try (TableStore small = new SqliteTableStore(folder.resolve("small.db"), 1 << 20)) {
      byte[] value = new byte[20_000];
      List<TableRecord> taken = new ArrayList<>();
      TableStoreException full = null;
      for (int i = 0; i < 200 && full == null; i++) {
        TableRecord record = Records.plain("k" + i, value);
        try {
          assertThat(now(small.swap(record))).isTrue();
          taken.add(record);
        } catch (ExecutionException e) {
          full = (TableStoreException) e.getCause();
        }
      }

      assertThat(full)
          .hasMessage("writing a record: no room is left")
          .isInstanceOfSatisfying(
              TableStoreException.class, failed -> assertThat(failed.isFull()).isTrue());
      assertThat(taken).hasSizeGreaterThan(20);
      for (TableRecord each : taken) {
        assertThat(small.find(Records.TABLE, each.entry().key())).hasValue(each);
      }
      assertThat(now(small.forget(Records.NOW.plusSeconds(4000)))).isEqualTo(taken.size());
      assertThat(now(small.swap(Records.plain("again", value)))).as("with room").isTrue();
    }
  }

  @Test
  void aBatchIsNotRefusedForOneThatDoesNotFit() throws Exception {
    store.close();
    try (TableStore small = new SqliteTableStore(folder.resolve("small.db"), 240_000)) {
      List<CompletableFuture<Boolean>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(small.swap(Records.plain("large" + i, new byte[30_000])));
        answers.add(small.swap(Records.plain("small" + i, new byte[10])));
      }
      int taken = 0;
      for (int i = 0; i < answers.size(); i++) {
        String key = (i % 2 == 0 ? "large" : "small") + i / 2;
        boolean done = answers.get(i).handle((yes, failed) -> failed == null && yes).get();
        assertThat(small.find(Records.TABLE, key).isPresent()).as(key).isEqualTo(done);
        taken += done ? 1 : 0;
      }
      assertThat(taken).isBetween(10, 99);
    }
  }

  @Test
  void leavesAStoreOfANewerVersionAlone() throws Exception {
    store.close();
    Path file = folder.resolve("tables.db");
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA user_version = 9");
    }
    assertThatThrownBy(() -> new SqliteTableStore(file, 0))
        .isInstanceOf(TableStoreException.class)
        .hasMessageContaining("schema 9");
  }
}
