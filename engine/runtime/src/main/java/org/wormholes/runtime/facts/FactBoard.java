package org.wormholes.runtime.facts;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.wormholes.rules.LiveFacts;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.FactSource;

/// The live facts of a node: what was observed, damped, and what a person has said, which counts at
/// once and until it is taken back. Asked from every loop without waiting; told by one at a time.
public final class FactBoard implements LiveFacts {
  /// How long a change must have lasted before it counts.
  public static final Duration HOLD = Duration.ofSeconds(2);

  /// Of two round trips that differ by less than a fifth, none is news.
  private static final double TELLING = 0.2;

  private static final double NANOS_PER_SECOND = 1e9;

  /// A fact, and what it is about; empty for a fact that is asked as it is.
  public record Key(Fact fact, String of) {}

  /// A fact as it stands.
  ///
  /// @param value a `Boolean`, or a `Duration`, absent when it is not known
  /// @param since when the value began
  /// @param said whether a person said so
  /// @param held whether it changed so often that changes do not count for now
  public record Line(Key key, Optional<Object> value, Instant since, boolean said, boolean held) {}

  private record Said(boolean value, Instant since) {}

  private final LongSupplier nanos;
  private final Clock clock;
  private final Map<Key, Damper<Double>> observed = new ConcurrentHashMap<>();
  private final Map<Key, Double> values = new ConcurrentHashMap<>();
  private final Map<Key, Said> said = new ConcurrentHashMap<>();

  /// @param nanos monotonic
  public FactBoard(LongSupplier nanos, Clock clock) {
    this.nanos = nanos;
    this.clock = clock;
  }

  /// Takes in whether something is so at the moment.
  ///
  /// @return whether the fact has changed
  public boolean observe(Key key, boolean yes) {
    return observe(key, yes ? 1.0 : 0.0);
  }

  /// Takes in a round trip as it is at the moment.
  ///
  /// @return whether the fact has changed
  public boolean observe(Key key, Duration roundTrip) {
    return observe(key, roundTrip.toNanos() / NANOS_PER_SECOND);
  }

  private synchronized boolean observe(Key key, double value) {
    long now = nanos.getAsLong();
    Damper<Double> damper = observed.get(key);
    boolean changed = damper == null || damper.observe(value, now);
    if (damper == null) {
      damper = new Damper<>(value, now, HOLD, FactBoard::isSame);
      observed.put(key, damper);
    }
    if (changed) {
      values.put(key, damper.value());
    }
    return changed && !said.containsKey(key);
  }

  private static boolean isSame(double one, double other) {
    return Math.abs(one - other) <= TELLING * Math.max(one, other);
  }

  /// What a person says counts, whatever is observed.
  public synchronized void say(Key key, boolean value) {
    if (key.fact() != Fact.METERED) {
      throw new IllegalArgumentException("`%s` can only be measured".formatted(key.fact().word()));
    }
    said.put(key, new Said(value, clock.instant()));
  }

  /// What is observed counts again.
  public synchronized void unsay(Key key) {
    said.remove(key);
  }

  /// Forgets what nobody asks any more.
  public synchronized void retain(Set<Key> asked) {
    observed.keySet().retainAll(asked);
    values.keySet().retainAll(asked);
  }

  /// Everything that is known, in order.
  public synchronized List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    long now = nanos.getAsLong();
    Instant time = clock.instant();
    observed.forEach((key, damper) -> {
      if (!said.containsKey(key)) {
        Object value =
            key.fact() == Fact.ROUND_TRIP
                ? Duration.ofNanos(Math.round(damper.value() * NANOS_PER_SECOND))
                : (Object) (damper.value() != 0);
        lines.add(
            new Line(
                key,
                Optional.of(value),
                time.minusNanos(now - damper.since()),
                false,
                damper.isSuppressed()));
      }
    });
    said.forEach((key, word) ->
        lines.add(new Line(key, Optional.of(word.value()), word.since(), true, false)));
    lines.sort(
        Comparator.<Line>comparingInt(line -> line.key().fact().id())
            .thenComparing(line -> line.key().of()));
    return lines;
  }

  @Override
  public boolean yesNo(Fact fact, String of) {
    Key key = new Key(fact, of);
    Said word = said.get(key);
    if (word != null) {
      return word.value();
    }
    Double value = values.get(key);
    return value != null && value != 0;
  }

  @Override
  public double quantity(Fact fact, String of) {
    Double value = values.get(new Key(fact, of));
    return value == null ? FactSource.UNKNOWN_DURATION : value;
  }
}
