package org.wormholes.protocol.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.wormholes.protocol.wire.Bytes;

/// What is remembered of one link to another member: who compares next, what was asked, and how
/// much the other may still ask for or say in vain.
final class Fellow {
  /// How often the side that opened a link compares.
  static final Duration COMPARE_EVERY = Duration.ofSeconds(60);

  /// Summaries that are answered at once; as many become available again in a minute.
  private static final int MAX_SUMMARIES = 8;

  /// Statements that a fellow may ask for at once; as many become available again in an hour.
  static final int MAX_ASKED = 32_768;

  /// Statements that a fellow may send though they are not taken in; as many again in an hour.
  static final int MAX_IN_VAIN = 32_768;

  final int link;
  private final boolean initiator;
  private final Allowance summaries;
  private final Allowance asked;
  private final Allowance vain;
  private Instant compareAt;

  /// Buckets that the fellow may still list, because of our last summary.
  private int listable;

  private final LinkedHashSet<Bytes> wanted = new LinkedHashSet<>();
  private boolean wantUnderWay;

  /// Whether something was refused since the last comparison that may be taken in later.
  boolean missed;

  /// Whether something was taken in since the last comparison.
  boolean learned;

  Fellow(int link, boolean initiator, Instant now) {
    this.link = link;
    this.initiator = initiator;
    this.compareAt = now;
    this.summaries = new Allowance(MAX_SUMMARIES, Duration.ofMinutes(1), now);
    this.asked = new Allowance(MAX_ASKED, Duration.ofHours(1), now);
    this.vain = new Allowance(MAX_IN_VAIN, Duration.ofHours(1), now);
  }

  /// Whether to send a summary now; counts as sent.
  boolean compares(Instant now) {
    if (!initiator || now.isBefore(compareAt)) {
      return false;
    }
    compareAt = now.plus(COMPARE_EVERY);
    listable = MembershipMessage.BUCKETS;
    // An answer that never came must not hold up the next round.
    wantUnderWay = false;
    wanted.clear();
    missed = false;
    learned = false;
    return true;
  }

  boolean answers(Instant now) {
    return summaries.take(1, now) == 1;
  }

  /// The fellow lists buckets.
  ///
  /// @return false when it was not asked to
  boolean onListed(int buckets) {
    listable -= buckets;
    return listable >= 0;
  }

  void want(Bytes id) {
    wanted.add(id);
  }

  /// The answer to the last question has ended. When all was asked for, and something that came
  /// early would be taken in now, the next comparison is due.
  void onAnswered(Instant now) {
    wantUnderWay = false;
    if (wanted.isEmpty() && missed && learned) {
      compareAt = now;
    }
  }

  /// The ids to ask for now, perhaps none; they count as asked for.
  List<Bytes> nextWanted() {
    if (wantUnderWay || wanted.isEmpty()) {
      return List.of();
    }
    List<Bytes> next = wanted.stream().limit(MembershipMessage.MAX_WANTED).toList();
    next.forEach(wanted::remove);
    wantUnderWay = true;
    return next;
  }

  /// Those of the ids that the fellow may have, by its budget.
  List<Bytes> allowed(List<Bytes> ids, Instant now) {
    return new ArrayList<>(ids.subList(0, asked.take(ids.size(), now)));
  }

  /// The fellow sent something of no use.
  ///
  /// @return false when it has done so too often
  boolean mayBother(Instant now) {
    return vain.take(1, now) == 1;
  }

  /// So many at once, and as many again in some time.
  private static final class Allowance {
    private final long most;
    private final long period;
    private long left;
    private Instant since;

    Allowance(long most, Duration period, Instant now) {
      this.most = most;
      this.period = period.toMillis();
      this.left = most;
      this.since = now;
    }

    int take(int wish, Instant now) {
      long passed = Math.clamp(Duration.between(since, now).toMillis(), 0, period);
      long more = passed * most / period;
      if (more > 0) {
        left = Math.min(most, left + more);
        since = now;
      }
      int taken = (int) Math.min(left, wish);
      left -= taken;
      return taken;
    }
  }
}
