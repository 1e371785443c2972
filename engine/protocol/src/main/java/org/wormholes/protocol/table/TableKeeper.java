package org.wormholes.protocol.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.table.TableMessage.Outcome;
import org.wormholes.protocol.wire.Bytes;

/// A member of a ring that keeps records of tables for others (`spec/protocol/tables.md`, sections
/// 6 and 7): answers what it keeps, checks every write by the table's rules, tells those who watch,
/// and sees to it with its neighbours ([TableRepair]) that each record is where it ought to be.
///
/// Rules that it does not have it asks of who needs them; what came with them waits so long.
public final class TableKeeper {
  /// Messages that wait for rules.
  static final int MAX_PARKED = 256;

  /// Writes that are on their way to the disk.
  static final int MAX_TAKING = 4_096;

  /// Records that one page of a [TableMessage.Browse] may look at.
  static final int MAX_SCANNED = 400;

  private static final Duration PARKED = Duration.ofSeconds(5);

  /// This member, for [Input.Received#way].
  public static final long SELF = -1;

  private static final Map<String, Duration> PERIODS =
      Map.of(
          "minute", Duration.ofMinutes(1),
          "hour", Duration.ofHours(1),
          "day", Duration.ofDays(1),
          "week", Duration.ofDays(7));

  /// What happens.
  public sealed interface Input {
    /// @param way the link that it came over, or [#SELF]
    /// @param from empty where the far end has not proved its key
    record Received(long way, Optional<RingPeer> from, TableMessage message) implements Input {}

    record WayClosed(long way) implements Input {}

    /// Answers [Output.Take], once it is on disk.
    record Took(long number, boolean taken) implements Input {}

    /// Likewise, when it could not be done.
    ///
    /// @param full because there is no room
    record NotTaken(long number, boolean full) implements Input {}

    /// The rules of a table are known now.
    record Learned(Bytes table) implements Input {}

    /// What came as the rules of a table was something else.
    record NotLearned(Bytes table) implements Input {}

    /// Who stands beside this member now.
    record Neighbours(boolean member, Optional<RingPeer> predecessor, List<RingPeer> successors)
        implements Input {
      public Neighbours {
        successors = List.copyOf(successors);
      }
    }

    /// Answers [Output.Repair].
    ///
    /// @param record what a quorum says, when this member is one of those who keep it
    record Repaired(Bytes table, String key, Optional<TableRecord> record) implements Input {}

    record DeadlineReached() implements Input {}
  }

  /// What is to be done.
  public sealed interface Output {
    record Reply(long way, TableMessage message) implements Output {}

    record Send(RingPeer to, TableMessage message) implements Output {}

    /// @param swaps whether only what follows is taken; else what is newer
    record Take(long number, TableRecord record, boolean swaps) implements Output {}

    /// Rules came: whether they are those of the table is to be found out.
    record Learn(Bytes table, Bytes file) implements Output {}

    /// A key is to be read from those who keep it.
    record Repair(Bytes table, String key) implements Output {}
  }

  private record Parked(long way, Optional<RingPeer> from, TableMessage message, Instant until) {}

  /// @param way null for a repair
  private record Taking(
      @Nullable Long way, long nonce, TableRecord record, Optional<TableRecord> before) {}

  private final RingPeer self;
  private final TableShelf shelf;
  private final Function<Bytes, Optional<TableTerms>> rules;
  private final TableRepair repair;
  private final TableWatches watches = new TableWatches();
  private final TableReplaced replaced = new TableReplaced();
  private final Map<Bytes, List<Parked>> parked = new LinkedHashMap<>();
  private final Map<Long, Taking> taking = new HashMap<>();
  private final List<Output> outputs = new ArrayList<>();
  private boolean member;
  private int waiting;
  private long numbers;

  /// @param rules those that are known
  public TableKeeper(RingPeer self, TableShelf shelf, Function<Bytes, Optional<TableTerms>> rules) {
    this.self = self;
    this.shelf = shelf;
    this.rules = rules;
    this.repair = new TableRepair(self, shelf, outputs);
  }

  /// When the next [Input.DeadlineReached] is due; [Instant#MAX] for never.
  public Instant deadline() {
    Instant next = member ? repair.deadline() : Instant.MAX;
    for (List<Parked> each : parked.values()) {
      Instant until = each.getFirst().until();
      next = until.isBefore(next) ? until : next;
    }
    return next;
  }

  public List<Output> on(Input input, Instant now) throws IOException {
    outputs.clear();
    switch (input) {
      case Input.Received(long way, Optional<RingPeer> from, TableMessage message) ->
          received(way, from, message, now);
      case Input.WayClosed(long way) -> watches.closed(way);
      case Input.Took(long number, boolean taken) ->
          took(number, taken ? Outcome.TAKEN : Outcome.STALE, now);
      case Input.NotTaken(long number, boolean full) ->
          took(number, full ? Outcome.FULL : Outcome.BUSY, now);
      case Input.Learned(Bytes table) -> learned(table, now);
      case Input.NotLearned(Bytes table) -> unpark(table).forEach(this::refuse);
      case Input.Neighbours neighbours -> {
        member = neighbours.member();
        repair.neighbours(neighbours, now);
      }
      case Input.Repaired(Bytes table, String key, Optional<TableRecord> record) -> {
        repair.ended(table, key);
        record
            .filter(each -> each.entry().expires().isAfter(now))
            .ifPresent(each -> take(null, 0, each, Optional.empty()));
      }
      case Input.DeadlineReached() -> deadlineReached(now);
    }
    return List.copyOf(outputs);
  }

  private void received(long way, Optional<RingPeer> from, TableMessage message, Instant now)
      throws IOException {
    if (message instanceof TableMessage.Rules(Bytes table, Bytes file)) {
      if (parked.containsKey(table)) {
        outputs.add(new Output.Learn(table, file));
      }
      return;
    }
    if (!member) {
      return;
    }
    switch (message) {
      case TableMessage.Fetch(Bytes table, long nonce, String key) -> {
        Optional<TableRecord> kept = shelf.find(table, key);
        reply(way, new TableMessage.Fetched(nonce, kept, kept.flatMap(replaced::by)));
      }
      case TableMessage.Write(long nonce, TableRecord record) -> {
        Optional<TableTerms> terms = rules.apply(record.entry().table());
        if (terms.isPresent()) {
          write(way, nonce, record, terms.get(), now);
        } else {
          park(way, from, message, record.entry().table(), now);
        }
      }
      case TableMessage.Hint(Bytes table, String key) -> {
        if (rules.apply(table).isPresent()) {
          repair.add(table, key);
        } else {
          park(way, from, message, table, now);
        }
      }
      case TableMessage.Watch watch -> watches.add(way, watch, now);
      case TableMessage.Browse browse -> reply(way, page(browse));
      case TableMessage.Compare compare -> {
        if (from.isPresent()) {
          repair.compare(from.get(), compare);
        }
      }
      case TableMessage.Page page ->
          repair.page(from.orElse(self), page, table -> knowsOrAsks(table, from, way, now));
      default -> {}
    }
  }

  /// Whether rules are known; if not, they are asked of who has named the table.
  private boolean knowsOrAsks(Bytes table, Optional<RingPeer> from, long way, Instant now) {
    if (rules.apply(table).isPresent()) {
      return true;
    }
    if (from.isPresent() && !parked.containsKey(table)) {
      park(way, from, new TableMessage.AskRules(table), table, now);
    }
    return false;
  }

  // Rules that are not there.

  private void park(
      long way, Optional<RingPeer> from, TableMessage message, Bytes table, Instant now) {
    if (waiting >= MAX_PARKED) {
      refuse(new Parked(way, from, message, now));
      return;
    }
    waiting++;
    boolean first = !parked.containsKey(table);
    parked
        .computeIfAbsent(table, each -> new ArrayList<>())
        .add(new Parked(way, from, message, now.plus(PARKED)));
    if (first) {
      reply(way, new TableMessage.AskRules(table));
    }
  }

  private void learned(Bytes table, Instant now) throws IOException {
    for (Parked each : unpark(table)) {
      if (rules.apply(table).isPresent()) {
        received(each.way(), each.from(), each.message(), now);
      } else {
        refuse(each);
      }
    }
  }

  private List<Parked> unpark(Bytes table) {
    List<Parked> list = parked.remove(table);
    if (list == null) {
      return List.of();
    }
    waiting -= list.size();
    return list;
  }

  private void refuse(Parked parkedOne) {
    if (parkedOne.message() instanceof TableMessage.Write write) {
      reply(parkedOne.way(), new TableMessage.Written(write.nonce(), Outcome.NO_RULES, 0));
    }
  }

  // Writes.

  private void write(long way, long nonce, TableRecord record, TableTerms terms, Instant now)
      throws IOException {
    TableEntry entry = record.entry();
    Optional<TableRecord> kept =
        shelf
            .find(entry.table(), entry.key())
            .filter(each -> each.entry().expires().isAfter(entry.made()));
    TableMessage.Written answer;
    if (kept.filter(record::equals).isPresent()) {
      answer = new TableMessage.Written(nonce, Outcome.TAKEN, 0);
    } else {
      Optional<Outcome> fault = fault(record, kept, terms, now);
      if (fault.isPresent()) {
        answer = new TableMessage.Written(nonce, fault.get(), 0);
      } else {
        OptionalInt clause = terms.refusedBy(record, kept, period -> writes(record, period));
        if (clause.isEmpty()) {
          take(way, nonce, record, kept);
          return;
        }
        answer = new TableMessage.Written(nonce, Outcome.CLAUSE, clause.getAsInt());
      }
    }
    reply(way, answer);
  }

  private Optional<Outcome> fault(
      TableRecord record, Optional<TableRecord> kept, TableTerms terms, Instant now) {
    TableEntry entry = record.entry();
    if (taking.size() >= MAX_TAKING) {
      return Optional.of(Outcome.BUSY);
    }
    if (!record.follows(kept.orElse(null))) {
      return Optional.of(Outcome.STALE);
    }
    if (Duration.between(entry.made(), now).abs().compareTo(TableAsker.SKEW) > 0
        || kept.filter(each -> entry.made().isBefore(each.entry().made())).isPresent()) {
      return Optional.of(Outcome.CLOCK);
    }
    boolean within =
        !entry.expires().isAfter(entry.made().plus(terms.life()))
            && entry.key().getBytes(StandardCharsets.UTF_8).length <= terms.maxKey()
            && entry.value().size() <= terms.maxValue()
            // What it replaces would come back from a member that was away.
            && kept.filter(each -> entry.expires().isBefore(each.entry().expires())).isEmpty();
    return within ? Optional.empty() : Optional.of(Outcome.LIMITS);
  }

  /// Those on their way to the disk included.
  private int writes(TableRecord record, String period) {
    Duration span = PERIODS.get(period);
    NodeId author = record.author().orElse(null);
    if (span == null || author == null) {
      return 0;
    }
    Instant since = record.entry().made().minus(span);
    RingId place = record.entry().place();
    long underWay =
        taking.values().stream()
            .map(Taking::record)
            .filter(each -> each.author().filter(author::equals).isPresent())
            .filter(each -> each.entry().place().equals(place))
            .count();
    try {
      return (int) underWay + shelf.writes(place, author, since);
    } catch (IOException e) {
      return Integer.MAX_VALUE; // what can't be counted is not allowed
    }
  }

  private void take(
      @Nullable Long way, long nonce, TableRecord record, Optional<TableRecord> before) {
    long number = numbers++;
    taking.put(number, new Taking(way, nonce, record, before));
    outputs.add(new Output.Take(number, record, way != null));
  }

  private void took(long number, Outcome outcome, Instant now) {
    Taking ended = taking.remove(number);
    if (ended == null) {
      return;
    }
    if (ended.way() != null) {
      reply(ended.way(), new TableMessage.Written(ended.nonce(), outcome, 0));
    }
    if (outcome == Outcome.TAKEN) {
      ended.before().ifPresent(before -> replaced.add(ended.record(), before, now));
      watches.told(ended.record(), now).forEach(this::reply);
    }
  }

  private TableMessage.Page page(TableMessage.Browse browse) throws IOException {
    List<TableMessage.Entry> entries = new ArrayList<>();
    List<TableRecord> scanned = shelf.page(browse.after(), MAX_SCANNED);
    boolean all = browse.table().equals(TableMessage.ALL);
    TableSpot last = browse.after();
    for (TableRecord each : scanned) {
      TableSpot spot = TableSpot.of(each);
      if (spot.place().compareTo(browse.until()) > 0) {
        return new TableMessage.Page(browse.nonce(), Optional.empty(), entries);
      }
      if (all || each.entry().table().equals(browse.table())) {
        if (entries.size() == TableMessage.MAX_ENTRIES) {
          return new TableMessage.Page(browse.nonce(), Optional.of(last), entries);
        }
        entries.add(TableMessage.Entry.of(each));
      }
      last = spot;
    }
    boolean more = scanned.size() == MAX_SCANNED;
    return new TableMessage.Page(
        browse.nonce(), more ? Optional.of(last) : Optional.empty(), entries);
  }

  private void deadlineReached(Instant now) throws IOException {
    Iterator<List<Parked>> each = parked.values().iterator();
    List<Parked> late = new ArrayList<>();
    while (each.hasNext()) {
      List<Parked> list = each.next();
      if (!list.getFirst().until().isAfter(now)) {
        late.addAll(list);
        waiting -= list.size();
        each.remove();
      }
    }
    late.forEach(this::refuse);
    watches.forget(now);
    replaced.forget(now);
    if (member) {
      repair.deadlineReached(now);
    }
  }

  private void reply(TableWatches.Told told) {
    reply(told.way(), told.changed());
  }

  private void reply(long way, TableMessage message) {
    outputs.add(new Output.Reply(way, message));
  }
}
