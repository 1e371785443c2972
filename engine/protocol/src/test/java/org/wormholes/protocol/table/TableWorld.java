package org.wormholes.protocol.table;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Members that keep a table together, in one thread and virtual time. Messages go as bytes, take
/// random times and may be lost; who fails is believed to be there for a while. All follows from
/// the seed.
final class TableWorld {
  static final Bytes RING = Bytes.of(new byte[RingId.BYTES]);
  static final Bytes TABLE = Bytes.ofHex("ab".repeat(32));
  static final Bytes FILE = Bytes.ofHex("0102");

  /// How long who fails is taken for a member.
  static final Duration BELIEF = Duration.ofSeconds(12);

  private record Event(Instant at, long order, Runnable what) {}

  /// Signed writes whose value does not begin with `x`; at most 20 an hour by one author.
  static final class Terms implements TableTerms {
    @Override
    public Bytes table() {
      return TABLE;
    }

    @Override
    public int replicas() {
      return 5;
    }

    @Override
    public int quorum() {
      return 3;
    }

    @Override
    public Duration life() {
      return Duration.ofDays(7);
    }

    @Override
    public int maxKey() {
      return 64;
    }

    @Override
    public int maxValue() {
      return 20_000;
    }

    @Override
    public OptionalInt refusedBy(
        TableRecord record, Optional<TableRecord> before, ToIntFunction<String> writes) {
      Bytes value = record.entry().value();
      return record.author().isEmpty()
          ? OptionalInt.of(0)
          : value.size() > 0 && value.at(0) == 'x'
              ? OptionalInt.of(1)
              : writes.applyAsInt("hour") >= 20 ? OptionalInt.of(2) : OptionalInt.empty();
    }
  }

  /// Records in memory.
  static final class Shelf implements TableShelf {
    final Map<String, TableRecord> records = new HashMap<>();
    final TreeMap<TableSpot, TableRecord> spots = new TreeMap<>();
    final List<TableRecord> taken = new ArrayList<>();

    @Override
    public Optional<TableRecord> find(Bytes table, String key) {
      return Optional.ofNullable(records.get(key));
    }

    @Override
    public List<TableRecord> page(TableSpot after, int most) {
      return spots.tailMap(after, false).values().stream().limit(most).toList();
    }

    @Override
    public int writes(RingId place, NodeId author, Instant since) {
      return (int)
          taken.stream()
              .filter(each -> each.entry().place().equals(place))
              .filter(each -> each.author().filter(author::equals).isPresent())
              .filter(each -> !each.entry().made().isBefore(since))
              .count();
    }

    boolean take(TableRecord record, boolean swaps) {
      TableRecord kept = records.get(record.entry().key());
      boolean takes = swaps ? record.follows(kept) : kept == null || record.isNewerThan(kept);
      if (takes) {
        put(record);
      }
      return takes;
    }

    void put(TableRecord record) {
      TableRecord kept = records.put(record.entry().key(), record);
      if (kept != null) {
        spots.remove(TableSpot.of(kept));
      }
      spots.put(TableSpot.of(record), record);
      taken.add(record);
    }
  }

  final class Member {
    final NodeKey key;
    final RingPeer self;
    final Shelf shelf = new Shelf();
    final TableAsker asker;
    final TableKeeper keeper;
    boolean knowsRules;
    boolean alive = true;

    Member(int number) {
      key = NodeKey.create(new Random(number + 77)::nextBytes);
      self = RingPeer.of(RING, key.id());
      asker = new TableAsker(key, new Random(random.nextLong()));
      keeper =
          new TableKeeper(
              self, shelf, table -> knowsRules ? Optional.of(new Terms()) : Optional.empty());
    }

    void keeper(TableKeeper.Input input) {
      try {
        keeper.on(input, now).forEach(this::carryOut);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      wake(keeper.deadline(), () -> keeper(new TableKeeper.Input.DeadlineReached()));
    }

    void asker(TableAsker.Input input) {
      asker.on(input, now).forEach(this::carryOut);
      wake(asker.deadline(), () -> asker(new TableAsker.Input.DeadlineReached()));
    }

    private void wake(Instant due, Runnable what) {
      if (due.isBefore(Instant.MAX) && due.isAfter(now)) {
        at(due, this, what);
      } else if (due.isBefore(Instant.MAX)) {
        at(now.plusMillis(1), this, what);
      }
    }

    private void carryOut(TableKeeper.Output output) {
      switch (output) {
        case TableKeeper.Output.Reply(long way, TableMessage message) ->
            send(this, members.get((int) (way < 0 ? members.indexOf(this) : way)), message);
        case TableKeeper.Output.Send(RingPeer to, TableMessage message) ->
            send(this, find(to), message);
        case TableKeeper.Output.Take(long number, TableRecord record, boolean swaps) ->
            at(
                now.plusMillis(1 + random.nextInt(5)),
                this,
                () -> keeper(new TableKeeper.Input.Took(number, shelf.take(record, swaps))));
        case TableKeeper.Output.Learn(Bytes table, Bytes file) -> {
          knowsRules |= file.equals(FILE);
          keeper(
              file.equals(FILE)
                  ? new TableKeeper.Input.Learned(table)
                  : new TableKeeper.Input.NotLearned(table));
        }
        case TableKeeper.Output.Repair(Bytes table, String name) -> {
          long number = numbers++;
          repairs.put(number, name);
          asker(new TableAsker.Input.Get(number, new Terms(), name, false));
        }
      }
    }

    private void carryOut(TableAsker.Output output) {
      switch (output) {
        case TableAsker.Output.Lookup(long number, RingId place) ->
            at(
                now.plusMillis(1 + random.nextInt(20)),
                this,
                () -> asker(new TableAsker.Input.Found(number, responsible(place))));
        case TableAsker.Output.Send(RingPeer to, TableMessage message) ->
            send(this, find(to), message);
        case TableAsker.Output.Got got -> {
          if (repairs.containsKey(got.number())) {
            keeper(
                new TableKeeper.Input.Repaired(
                    TABLE,
                    requireNonNull(repairs.remove(got.number())),
                    got.record().filter(each -> got.keepers().contains(self))));
          } else {
            results.put(got.number(), got);
          }
        }
        case TableAsker.Output.Done done -> results.put(done.number(), done);
        case TableAsker.Output.Failed failed -> {
          String repaired = repairs.remove(failed.number());
          if (repaired != null) {
            keeper(new TableKeeper.Input.Repaired(TABLE, repaired, Optional.empty()));
          } else {
            results.put(failed.number(), failed);
          }
        }
      }
    }
  }

  final Random random;
  final List<Member> members = new ArrayList<>();
  final Map<Long, TableAsker.Output> results = new HashMap<>();
  final List<TableMessage.Changed> changes = new ArrayList<>();
  final Map<Long, String> repairs = new HashMap<>();
  private final Map<Member, Instant> failed = new HashMap<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparing(Event::at).thenComparingLong(Event::order));
  BiFunction<Member, TableMessage, TableMessage> said = (from, message) -> message;
  double loss;
  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long order;
  private long numbers;

  TableWorld(long seed) {
    random = new Random(seed);
  }

  Member join() {
    Member member = new Member(members.size());
    members.add(member);
    shape();
    return member;
  }

  void fail(Member member) {
    member.alive = false;
    failed.put(member, now);
    at(now.plus(BELIEF).plusMillis(1), null, this::shape);
  }

  void restart(Member member) {
    member.alive = true;
    failed.remove(member);
    shape();
  }

  /// Tells all who stands beside them.
  private void shape() {
    List<Member> ring = believed();
    for (int i = 0; i < ring.size(); i++) {
      List<RingPeer> after = new ArrayList<>();
      for (int j = 1; j < Math.min(ring.size(), 17); j++) {
        after.add(ring.get((i + j) % ring.size()).self);
      }
      Member each = ring.get(i);
      if (each.alive) {
        Optional<RingPeer> before =
            ring.size() == 1
                ? Optional.empty()
                : Optional.of(ring.get((i + ring.size() - 1) % ring.size()).self);
        each.keeper(new TableKeeper.Input.Neighbours(true, before, after));
      }
    }
  }

  private List<Member> believed() {
    return members.stream()
        .filter(each -> each.alive || requireNonNull(failed.get(each)).plus(BELIEF).isAfter(now))
        .sorted(Comparator.comparing((Member each) -> each.self.id()))
        .toList();
  }

  List<RingPeer> responsible(RingId place) {
    return believed().stream()
        .map(each -> each.self)
        .sorted(Comparator.comparing((RingPeer each) -> place.distanceTo(each.id())))
        .limit(17)
        .toList();
  }

  /// Those who ought to keep a key and live.
  List<Member> keepers(String key) {
    return responsible(TableEntry.place(TABLE, key)).stream()
        .limit(5)
        .map(this::find)
        .filter(each -> each.alive)
        .toList();
  }

  private Member find(RingPeer peer) {
    return members.stream().filter(each -> each.self.equals(peer)).findFirst().orElseThrow();
  }

  private void send(Member from, Member to, TableMessage meant) {
    Bytes bytes = said.apply(from, meant).encode();
    if (from != to && random.nextDouble() < loss) {
      return;
    }
    at(now.plusMillis(1 + random.nextInt(30)), to, () -> deliver(from, to, bytes));
  }

  private void deliver(Member from, Member to, Bytes bytes) {
    TableMessage message;
    try {
      message = TableMessage.decode(bytes);
    } catch (WireException e) {
      return; // who says this loses its link
    }
    switch (message) {
      case TableMessage.AskRules(Bytes table) when to.knowsRules ->
          send(to, from, new TableMessage.Rules(table, FILE));
      case TableMessage.Changed changed -> changes.add(changed);
      case TableMessage.Fetched fetched ->
          to.asker(new TableAsker.Input.Received(from.self, fetched));
      case TableMessage.Written written ->
          to.asker(new TableAsker.Input.Received(from.self, written));
      default ->
          to.keeper(
              new TableKeeper.Input.Received(
                  members.indexOf(from), Optional.of(from.self), message));
    }
  }

  private void at(Instant time, @Nullable Member whose, Runnable what) {
    events.add(
        new Event(
            time,
            order++,
            () -> {
              if (whose == null || whose.alive) {
                what.run();
              }
            }));
  }

  void run(Duration time) {
    Instant end = now.plus(time);
    while (!events.isEmpty() && !events.peek().at().isAfter(end)) {
      Event event = requireNonNull(events.poll());
      now = event.at().isAfter(now) ? event.at() : now;
      event.what().run();
    }
    now = end;
  }

  // What people do.

  long put(Member by, String key, String value) {
    return put(by, key, Optional.of(value), OptionalLong.empty(), true);
  }

  long put(Member by, String key, Optional<String> value, OptionalLong expected, boolean signed) {
    by.knowsRules = true;
    long number = numbers++;
    by.asker(
        new TableAsker.Input.Put(
            number,
            new Terms(),
            new TableAsker.Draft(
                key,
                value.map(text -> Bytes.of(text.getBytes(StandardCharsets.UTF_8))),
                Duration.ofHours(24),
                expected,
                signed)));
    return number;
  }

  TableAsker.Output written(Member by, String key, String value) {
    long number = put(by, key, value);
    run(Duration.ofSeconds(8));
    return requireNonNull(results.get(number));
  }

  TableAsker.Output read(Member by, String key) {
    long number = numbers++;
    by.asker(new TableAsker.Input.Get(number, new Terms(), key, true));
    run(Duration.ofSeconds(4));
    return requireNonNull(results.get(number));
  }

  /// What a member reads, as text.
  Optional<String> value(Member by, String key) {
    return read(by, key) instanceof TableAsker.Output.Got got
        ? got.record()
            .filter(each -> !each.entry().deleted())
            .map(each -> new String(each.entry().value().toArray(), StandardCharsets.UTF_8))
        : Optional.of("unread");
  }
}
