package org.wormholes.protocol.table;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.wormholes.protocol.ring.RingPeer;

/// What the keepers of a key say that it is. As soon as a quorum says the same, that is it. Else
/// the others are waited for a little; then the newest counts that two of them know, or that
/// follows another that counts and meets the rules: so that one keeper that lies is not believed,
/// and a write that was not finished is.
final class TableReading {
  /// How long keepers are waited for that are not needed for a quorum.
  static final Duration GRACE = Duration.ofMillis(300);

  private final TableTerms terms;
  private final List<RingPeer> keepers;

  /// @param before what it has replaced a short while ago
  private record Answer(Optional<TableRecord> kept, Optional<TableRecord> before) {
    boolean knows(TableRecord record) {
      return kept.filter(record::equals).isPresent() || before.filter(record::equals).isPresent();
    }
  }

  private final Map<RingPeer, Answer> answers = new HashMap<>();
  private final Set<RingPeer> silent = new HashSet<>();
  private final Instant end;
  private Instant deadline;

  TableReading(TableTerms terms, List<RingPeer> keepers, Instant end) {
    this.terms = terms;
    this.keepers = keepers;
    this.end = end;
    this.deadline = end;
  }

  /// How many of those keepers must say the same.
  static int needed(TableTerms terms, List<RingPeer> keepers) {
    return Math.min(terms.quorum(), keepers.size());
  }

  void answered(
      RingPeer keeper, Optional<TableRecord> kept, Optional<TableRecord> before, Instant now) {
    answers.putIfAbsent(
        keeper, new Answer(kept.filter(each -> each.entry().expires().isAfter(now)), before));
    if (answers.size() == needed(terms, keepers)) {
      Instant soon = now.plus(GRACE);
      deadline = soon.isBefore(end) ? soon : end;
    }
  }

  void silent(RingPeer keeper) {
    if (!answers.containsKey(keeper)) {
      silent.add(keeper);
    }
  }

  Instant deadline() {
    return deadline;
  }

  /// Whether no more is waited for.
  boolean isOver(Instant now) {
    return agreed().isPresent()
        || answers.size() + silent.size() >= keepers.size()
        || !deadline.isAfter(now);
  }

  /// Whether enough have answered.
  boolean isAnswered() {
    return answers.size() >= needed(terms, keepers);
  }

  int answers() {
    return answers.size();
  }

  /// What counts, once this is over.
  Optional<TableRecord> result() {
    return agreed().orElseGet(this::newest);
  }

  /// Those who keep something older than what counts, or nothing.
  List<RingPeer> behind(TableRecord counts) {
    List<RingPeer> behind = new ArrayList<>();
    answers.forEach((keeper, said) -> {
      if (said.kept().map(counts::isNewerThan).orElse(true)) {
        behind.add(keeper);
      }
    });
    return behind;
  }

  private Optional<Optional<TableRecord>> agreed() {
    Map<Optional<TableRecord>, Integer> counts = new HashMap<>();
    for (Answer each : answers.values()) {
      if (counts.merge(each.kept(), 1, Integer::sum) >= needed(terms, keepers)) {
        return Optional.of(each.kept());
      }
    }
    return Optional.empty();
  }

  private Optional<TableRecord> newest() {
    List<TableRecord> known =
        answers.values().stream()
            .flatMap(each -> Stream.concat(each.kept().stream(), each.before().stream()))
            .distinct()
            .toList();
    return answers.values().stream()
        .flatMap(each -> each.kept().stream())
        .distinct()
        .sorted(
            Comparator.comparingLong((TableRecord each) -> each.entry().version())
                .thenComparing(TableRecord::hash)
                .reversed())
        .filter(each -> counts(each, known))
        .findFirst();
  }

  private boolean counts(TableRecord record, List<TableRecord> known) {
    long knowing = answers.values().stream().filter(each -> each.knows(record)).count();
    if (knowing >= Math.min(2, keepers.size())) {
      return true;
    }
    if (record.follows(null)) {
      return terms.refusedBy(record, Optional.empty(), period -> 0).isEmpty();
    }
    // Each goes on to one with a lower version, and there are two a keeper at most.
    return known.stream()
        .filter(record::follows)
        .anyMatch(before ->
            terms.refusedBy(record, Optional.of(before), period -> 0).isEmpty()
                && counts(before, known));
  }
}
