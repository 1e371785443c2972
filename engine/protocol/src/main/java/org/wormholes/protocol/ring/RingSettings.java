package org.wormholes.protocol.ring;

import java.time.Duration;

/// How a member keeps its place.
///
/// @param successors members it knows after itself, 1 to 31; the ring stays whole while not all of
///   them fail between two rounds
/// @param round time from one look after the neighbours to the next
/// @param patience how long an answer may take
/// @param paths ways that a lookup goes at a time, none over a member of another, 1 to 3
public record RingSettings(int successors, Duration round, Duration patience, int paths) {
  public static final RingSettings DEFAULT =
      new RingSettings(16, Duration.ofSeconds(10), Duration.ofSeconds(3), 3);

  public RingSettings {
    if (successors < 1 || successors >= RingMessage.MAX_PEERS || paths < 1 || paths > 3) {
      throw new IllegalArgumentException("a member has 1 to 31 successors and 1 to 3 paths");
    }
    if (!round.isPositive() || !patience.isPositive()) {
      throw new IllegalArgumentException("rounds and patience must be longer than nothing");
    }
  }
}
