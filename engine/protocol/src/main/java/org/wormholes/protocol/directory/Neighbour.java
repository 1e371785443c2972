package org.wormholes.protocol.directory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.wormholes.protocol.wire.Bytes;

/// What a directory remembers of one link: who compares next, what was asked, and how much the peer
/// may still ask for.
final class Neighbour {
  /// How often the side that opened a link compares.
  static final Duration COMPARE_EVERY = Duration.ofSeconds(60);

  /// A peer that compares more often is not answered.
  static final Duration ANSWER_EVERY = Duration.ofSeconds(5);

  /// Descriptors that a peer may ask for at once; as many become available again in an hour.
  static final int MAX_ASKED = 16_384;

  final int link;
  private final boolean initiator;
  private Instant compareAt;
  private Instant answerFrom = Instant.MIN;

  /// Buckets that the peer may still list, because of our last summary.
  private int listable;

  private final LinkedHashSet<Bytes> wanted = new LinkedHashSet<>();
  private boolean wantUnderWay;
  private long askable = MAX_ASKED;
  private Instant refilledAt;

  Neighbour(int link, boolean initiator, Instant now) {
    this.link = link;
    this.initiator = initiator;
    this.compareAt = now;
    this.refilledAt = now;
  }

  /// Whether to send a summary now; counts as sent.
  boolean compares(Instant now) {
    if (!initiator || now.isBefore(compareAt)) {
      return false;
    }
    compareAt = now.plus(COMPARE_EVERY);
    listable = DirectoryMessage.BUCKETS;
    // An answer that never came must not hold up the next round.
    wantUnderWay = false;
    wanted.clear();
    return true;
  }

  /// Whether to answer a summary that came now.
  boolean answers(Instant now) {
    if (now.isBefore(answerFrom)) {
      return false;
    }
    answerFrom = now.plus(ANSWER_EVERY);
    return true;
  }

  /// The peer lists buckets.
  ///
  /// @return false when it was not asked to
  boolean onListed(int buckets) {
    listable -= buckets;
    return listable >= 0;
  }

  void want(Bytes id) {
    wanted.add(id);
  }

  /// The answer to the last question has ended.
  void onAnswered() {
    wantUnderWay = false;
  }

  /// The ids to ask for now, perhaps none; they count as asked for.
  List<Bytes> nextWanted() {
    if (wantUnderWay || wanted.isEmpty()) {
      return List.of();
    }
    List<Bytes> next = wanted.stream().limit(DirectoryMessage.MAX_WANTED).toList();
    Set.copyOf(next).forEach(wanted::remove);
    wantUnderWay = true;
    return next;
  }

  /// Those of the ids that the peer may have, by its budget.
  List<Bytes> allowed(List<Bytes> ids, Instant now) {
    long seconds = Math.max(Duration.between(refilledAt, now).toSeconds(), 0);
    if (seconds > 0) {
      askable = Math.min(MAX_ASKED, askable + seconds * MAX_ASKED / 3_600);
      refilledAt = now;
    }
    int count = (int) Math.min(askable, ids.size());
    askable -= count;
    return new ArrayList<>(ids.subList(0, count));
  }
}
