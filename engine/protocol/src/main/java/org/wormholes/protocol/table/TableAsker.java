package org.wormholes.protocol.table;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.table.TableMessage.Outcome;
import org.wormholes.protocol.wire.Bytes;

/// Whoever uses tables (`spec/protocol/tables.md`, section 5): reads from a quorum of those who
/// keep a key, writes what follows to them, tries again when others were faster, and hints those
/// who are behind.
///
/// An operation looks up the keepers, reads, and ends if that was all; else it writes, and after a
/// [Outcome#STALE] that no expected version explains begins anew a little later.
public final class TableAsker {
  /// Operations under way; more fail at once.
  public static final int MAX_OPERATIONS = 4_096;

  /// How often a write is tried while others are faster.
  static final int MAX_TRIES = 10;

  /// How long keepers are waited for.
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /// How far the clock of who writes may be from those of the keepers.
  static final Duration SKEW = Duration.ofMinutes(2);

  private static final int PAUSE_MILLIS = 40;
  private static final int MAX_PAUSE_MILLIS = 800;

  /// What to write.
  ///
  /// @param value empty for a deletion
  /// @param life how long it is kept, whole seconds
  /// @param expected the version that it replaces, 0 for none; any where it is absent
  /// @param signed whether the node signs it
  public record Draft(
      String key, Optional<Bytes> value, Duration life, OptionalLong expected, boolean signed) {}

  /// Why an operation failed.
  public enum Failure {
    /// Nobody keeps the table: no member of the ring answered.
    NO_RING,
    /// Too few keepers answered.
    UNREACHABLE,
    /// Another version is there than was expected, or others were faster again and again.
    CONFLICT,
    /// A clause is not met.
    CLAUSE,
    /// Larger, kept longer or expiring sooner than may be.
    LIMITS,
    /// The clocks differ.
    CLOCK,
    /// Keepers have no room.
    FULL,
    /// Keepers or this node can't take it now.
    BUSY,
    /// Keepers got no rules of the table.
    NO_RULES
  }

  /// What happens.
  public sealed interface Input {
    /// Reads a key. Numbers are not used twice.
    ///
    /// @param heals whether those who are behind are told so
    record Get(long number, TableTerms terms, String key, boolean heals) implements Input {}

    record Put(long number, TableTerms terms, Draft draft) implements Input {}

    /// Answers [Output.Lookup].
    ///
    /// @param members the one that is responsible and those after it; none when nobody was found
    record Found(long number, List<RingPeer> members) implements Input {
      public Found {
        members = List.copyOf(members);
      }
    }

    /// An answer of a node that has proved its key.
    record Received(RingPeer from, TableMessage message) implements Input {}

    /// It is certain that a node is not reached.
    record Unreachable(RingPeer peer) implements Input {}

    record DeadlineReached() implements Input {}
  }

  /// What is to be done.
  public sealed interface Output {
    record Lookup(long number, RingId place) implements Output {}

    record Send(RingPeer to, TableMessage message) implements Output {}

    /// What a key is.
    ///
    /// @param record a tombstone where it was deleted
    record Got(long number, Optional<TableRecord> record, List<RingPeer> keepers)
        implements Output {}

    /// A quorum has it on disk.
    record Done(long number, TableRecord record) implements Output {}

    /// @param detail of [Failure#CLAUSE] its number; of [Failure#CONFLICT] the version that is
    ///   there; of [Failure#UNREACHABLE] how many answered
    /// @param of how many were asked
    record Failed(long number, Failure failure, long detail, int of) implements Output {}
  }

  private static final class Operation {
    final long number;
    final TableTerms terms;
    final String key;
    final boolean heals;
    final @Nullable Draft draft;
    List<RingPeer> keepers = List.of();
    @Nullable TableReading reading;
    @Nullable TableRecord record;
    final Map<RingPeer, TableMessage.Written> outcomes = new LinkedHashMap<>();
    int silent;
    int tries;
    Instant deadline = Instant.MAX;
    boolean pausing;

    Operation(long number, TableTerms terms, String key, boolean heals, @Nullable Draft draft) {
      this.number = number;
      this.terms = terms;
      this.key = key;
      this.heals = heals;
      this.draft = draft;
    }
  }

  private record Question(Operation operation, RingPeer to, boolean isWrite) {}

  private final NodeKey key;
  private final RandomGenerator random;
  private final Map<Long, Operation> operations = new LinkedHashMap<>();
  private final Map<Long, Question> questions = new HashMap<>();
  private final List<Output> outputs = new ArrayList<>();
  private long nonces;

  /// @param key what signs writes
  /// @param random for pauses
  public TableAsker(NodeKey key, RandomGenerator random) {
    this.key = key;
    this.random = random;
    this.nonces = random.nextLong() >>> 1;
  }

  /// When the next [Input.DeadlineReached] is due; [Instant#MAX] for never.
  public Instant deadline() {
    Instant next = Instant.MAX;
    for (Operation each : operations.values()) {
      Instant due = each.reading == null ? each.deadline : each.reading.deadline();
      next = due.isBefore(next) ? due : next;
    }
    return next;
  }

  public List<Output> on(Input input, Instant now) {
    outputs.clear();
    switch (input) {
      case Input.Get(long number, TableTerms terms, String name, boolean heals) ->
          begin(new Operation(number, terms, name, heals, null));
      case Input.Put(long number, TableTerms terms, Draft draft) ->
          begin(new Operation(number, terms, draft.key(), true, draft));
      case Input.Found(long number, List<RingPeer> members) -> found(number, members, now);
      case Input.Received(RingPeer from, TableMessage message) -> received(from, message, now);
      case Input.Unreachable(RingPeer peer) -> unreachable(peer, now);
      case Input.DeadlineReached() -> deadlineReached(now);
    }
    return List.copyOf(outputs);
  }

  private void begin(Operation operation) {
    if (operations.size() >= MAX_OPERATIONS) {
      outputs.add(new Output.Failed(operation.number, Failure.BUSY, 0, 0));
      return;
    }
    operations.put(operation.number, operation);
    lookUp(operation);
  }

  private void lookUp(Operation operation) {
    operation.deadline = Instant.MAX; // lookups end by themselves
    operation.pausing = false;
    operation.tries++;
    outputs.add(
        new Output.Lookup(
            operation.number, TableEntry.place(operation.terms.table(), operation.key)));
  }

  private void found(long number, List<RingPeer> members, Instant now) {
    Operation operation = operations.get(number);
    if (operation == null || operation.reading != null) {
      return;
    }
    if (members.isEmpty()) {
      fail(operation, Failure.NO_RING, 0);
      return;
    }
    operation.keepers = members.stream().limit(operation.terms.replicas()).toList();
    operation.reading = new TableReading(operation.terms, operation.keepers, now.plus(PATIENCE));
    for (RingPeer keeper : operation.keepers) {
      long nonce = question(operation, keeper, false);
      send(keeper, new TableMessage.Fetch(operation.terms.table(), nonce, operation.key));
    }
  }

  private void received(RingPeer from, TableMessage message, Instant now) {
    switch (message) {
      case TableMessage.Fetched said ->
          answered(said.nonce(), from, false).ifPresent(it -> fetched(it, from, said, now));
      case TableMessage.Written written ->
          answered(written.nonce(), from, true)
              .ifPresent(operation -> {
                operation.outcomes.put(from, written);
                writeGoesOn(operation, now);
              });
      default -> {}
    }
  }

  private Optional<Operation> answered(long nonce, RingPeer from, boolean isWrite) {
    Question question = questions.get(nonce);
    if (question == null || !question.to().equals(from) || question.isWrite() != isWrite) {
      return Optional.empty();
    }
    questions.remove(nonce);
    return Optional.of(question.operation());
  }

  // Reading.

  private void fetched(Operation operation, RingPeer from, TableMessage.Fetched said, Instant now) {
    TableReading reading = operation.reading;
    if (reading != null) {
      // A keeper that answers with another key says nothing of this one.
      reading.answered(
          from,
          said.record().filter(each -> isOf(operation, each)),
          said.before().filter(each -> isOf(operation, each)),
          now);
      readGoesOn(operation, reading, now);
    }
  }

  private static boolean isOf(Operation operation, TableRecord record) {
    return record.entry().table().equals(operation.terms.table())
        && record.entry().key().equals(operation.key);
  }

  private void readGoesOn(Operation operation, TableReading reading, Instant now) {
    if (!reading.isOver(now)) {
      return;
    }
    if (!reading.isAnswered()) {
      fail(operation, Failure.UNREACHABLE, reading.answers());
      return;
    }
    forget(operation);
    operation.reading = null;
    Optional<TableRecord> result = reading.result();
    List<RingPeer> behind = result.map(reading::behind).orElse(List.of());
    if (operation.heals) {
      behind.forEach(
          keeper -> send(keeper, new TableMessage.Hint(operation.terms.table(), operation.key)));
    }
    if (operation.draft == null) {
      end(operation, new Output.Got(operation.number, result, operation.keepers));
    } else if (reading.answers() - behind.size()
            < TableReading.needed(operation.terms, operation.keepers)
        && operation.tries < MAX_TRIES) {
      pause(operation, now); // too few would find that it follows what they keep
    } else {
      write(operation, operation.draft, result.orElse(null), now);
    }
  }

  // Writing.

  private void write(Operation operation, Draft draft, @Nullable TableRecord before, Instant now) {
    TableRecord mine = operation.record;
    if (mine == null || before == null || !mine.hash().equals(before.hash())) {
      long version = before == null || before.entry().deleted() ? 0 : before.entry().version();
      if (draft.expected().isPresent() && draft.expected().getAsLong() != version) {
        fail(operation, Failure.CONFLICT, version);
        return;
      }
      try {
        operation.record = record(operation, draft, before, now);
      } catch (IllegalArgumentException e) {
        fail(operation, Failure.LIMITS, 0);
        return;
      }
    }
    operation.outcomes.clear();
    operation.silent = 0;
    operation.deadline = now.plus(PATIENCE);
    for (RingPeer keeper : operation.keepers) {
      long nonce = question(operation, keeper, true);
      send(keeper, new TableMessage.Write(nonce, requireNonNull(operation.record)));
    }
  }

  private TableRecord record(
      Operation operation, Draft draft, @Nullable TableRecord before, Instant now) {
    Instant made = now.truncatedTo(ChronoUnit.SECONDS);
    Instant expires = made.plus(draft.life());
    if (before != null) {
      made = later(made, before.entry().made());
      expires = later(expires, before.entry().expires());
    }
    TableEntry entry =
        new TableEntry(
            operation.terms.table(),
            operation.key,
            before == null ? 1 : before.entry().version() + 1,
            before == null ? TableEntry.NOTHING : before.hash(),
            draft.value().isEmpty(),
            draft.value().orElse(Bytes.EMPTY),
            made,
            expires);
    return draft.signed() ? TableRecord.sign(entry, key) : TableRecord.unsigned(entry);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private void writeGoesOn(Operation operation, Instant now) {
    int needed = TableReading.needed(operation.terms, operation.keepers);
    long taken =
        operation.outcomes.values().stream().filter(it -> it.outcome() == Outcome.TAKEN).count();
    if (taken >= needed) {
      end(operation, new Output.Done(operation.number, requireNonNull(operation.record)));
      return;
    }
    int left = operation.keepers.size() - operation.outcomes.size() - operation.silent;
    if (taken + left >= needed && operation.deadline.isAfter(now)) {
      return;
    }
    Optional<TableMessage.Written> refusal = refusal(operation);
    if (refusal.isEmpty()) {
      fail(operation, Failure.UNREACHABLE, taken);
    } else if (refusal.get().outcome() != Outcome.STALE) {
      fail(operation, failure(refusal.get().outcome()), refusal.get().detail());
    } else if (operation.tries >= MAX_TRIES) {
      fail(operation, Failure.CONFLICT, requireNonNull(operation.record).entry().version());
    } else {
      pause(operation, now);
    }
  }

  private void pause(Operation operation, Instant now) {
    forget(operation);
    operation.pausing = true;
    int most = Math.min(MAX_PAUSE_MILLIS, PAUSE_MILLIS * operation.tries * operation.tries);
    operation.deadline = now.plusMillis(PAUSE_MILLIS / 4 + random.nextInt(most));
  }

  /// What most of those say that did not take it; what can't be helped by trying again counts
  /// first.
  private static Optional<TableMessage.Written> refusal(Operation operation) {
    Map<Outcome, Integer> counts = new HashMap<>();
    TableMessage.Written most = null;
    for (TableMessage.Written each : operation.outcomes.values()) {
      if (each.outcome() != Outcome.TAKEN) {
        int count = counts.merge(each.outcome(), 1, Integer::sum);
        if (most == null || count > counts.getOrDefault(most.outcome(), 0)) {
          most = each;
        }
      }
    }
    return Optional.ofNullable(most);
  }

  private static Failure failure(Outcome outcome) {
    return switch (outcome) {
      case CLAUSE -> Failure.CLAUSE;
      case LIMITS -> Failure.LIMITS;
      case CLOCK -> Failure.CLOCK;
      case FULL -> Failure.FULL;
      case BUSY -> Failure.BUSY;
      case NO_RULES -> Failure.NO_RULES;
      case STALE, TAKEN -> Failure.CONFLICT;
    };
  }

  // Silence and the end.

  private void unreachable(RingPeer peer, Instant now) {
    List<Long> ended = new ArrayList<>();
    questions.forEach((nonce, question) -> {
      if (question.to().equals(peer)) {
        ended.add(nonce);
      }
    });
    for (long nonce : ended) {
      Question question = questions.remove(nonce);
      if (question != null) {
        silent(question, now);
      }
    }
  }

  private void silent(Question question, Instant now) {
    Operation operation = question.operation();
    if (question.isWrite()) {
      operation.silent++;
      writeGoesOn(operation, now);
    } else if (operation.reading != null) {
      operation.reading.silent(question.to());
      readGoesOn(operation, operation.reading, now);
    }
  }

  private void deadlineReached(Instant now) {
    for (Operation each : List.copyOf(operations.values())) {
      if (each.reading != null) {
        readGoesOn(each, each.reading, now);
      } else if (each.pausing && !each.deadline.isAfter(now)) {
        lookUp(each);
      } else if (!each.deadline.isAfter(now)) {
        writeGoesOn(each, now);
      }
    }
  }

  private void fail(Operation operation, Failure failure, long detail) {
    end(operation, new Output.Failed(operation.number, failure, detail, operation.keepers.size()));
  }

  private void end(Operation operation, Output output) {
    forget(operation);
    operations.remove(operation.number);
    outputs.add(output);
  }

  /// What is still open of it is not waited for.
  private void forget(Operation operation) {
    questions.values().removeIf(question -> question.operation() == operation);
  }

  private long question(Operation operation, RingPeer to, boolean isWrite) {
    questions.put(nonces, new Question(operation, to, isWrite));
    return nonces++;
  }

  private void send(RingPeer to, TableMessage message) {
    outputs.add(new Output.Send(to, message));
  }
}
