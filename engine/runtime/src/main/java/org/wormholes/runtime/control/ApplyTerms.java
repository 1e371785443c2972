package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// How rules are to be exchanged.
///
/// @param drain how long flows of removed or changed tunnels may go on before they are cut
/// @param probes what must work through the new rules, or the old ones are put back
/// @param keeper keeps the new rules for the next start
public record ApplyTerms(Duration drain, List<Probe> probes, Keeper keeper) {
  public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(60);
  public static final Duration MAX_DRAIN = Duration.ofDays(1);

  /// The default time, no probes, nothing kept.
  public static final ApplyTerms DEFAULT = new ApplyTerms(DEFAULT_DRAIN, List.of(), () -> {});

  public ApplyTerms {
    probes = List.copyOf(probes);
    if (drain.isNegative() || drain.compareTo(MAX_DRAIN) > 0) {
      throw new IllegalArgumentException(
          "the time for flows to end must be 0 to 24 hours, was " + drain);
    }
    if (probes.size() > Probe.MAX_PROBES) {
      throw new IllegalArgumentException(
          "at most %d probes, was %d".formatted(Probe.MAX_PROBES, probes.size()));
    }
  }

  /// Runs once the new rules have passed their probes and before the old ones are let go of. When
  /// it throws, the old rules are put back.
  @FunctionalInterface
  public interface Keeper {
    void keep() throws IOException;
  }
}
