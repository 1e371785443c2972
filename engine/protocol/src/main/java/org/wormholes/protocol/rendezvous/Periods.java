package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

/// Days, counted from 1970 in UTC. A service has another blinded key in each.
public final class Periods {
  public static final Duration LENGTH = Duration.ofDays(1);

  /// How far the clocks of a service, its keepers and its clients may differ from true time.
  public static final Duration SKEW = Duration.ofHours(1);

  private Periods() {}

  /// The period whose descriptor a client asks for.
  public static long at(Instant now) {
    return Math.floorDiv(now.getEpochSecond(), LENGTH.toSeconds());
  }

  /// The periods for which a service publishes itself and a keeper keeps descriptors: one, or two
  /// when a period ends or began within [#SKEW].
  public static List<Long> near(Instant now) {
    return LongStream.rangeClosed(at(now.minus(SKEW)), at(now.plus(SKEW))).boxed().toList();
  }
}
