package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How rules are to be exchanged.
///
/// @param drain how long flows of removed or changed tunnels may go on before they are cut
/// @param probes what must work through the new rules, or the old ones are put back
/// @param keeper hears of every stage, to keep the rules for the next start
public record ApplyTerms(Duration drain, List<Probe> probes, Keeper keeper) {
  public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(60);
  public static final Duration MAX_DRAIN = Duration.ofDays(1);

  /// The default time, no probes, nothing kept.
  public static final ApplyTerms DEFAULT =
      new ApplyTerms(DEFAULT_DRAIN, List.of(), new Keeper() {});

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

  /// Hears of the stages of an apply, one apply at a time, on a thread that may block.
  public interface Keeper {
    /// First of all, before anything is made ready; a refusal here changes nothing.
    default void prepare() throws ApplyRefusedException {}

    /// The new rules have passed their probes, and the old ones are not let go of yet. When this
    /// throws, the old rules are put back.
    default void keep() throws IOException {}

    /// It is over; called once for every [#prepare] that did not throw.
    ///
    /// @param swap until new flows met the new rules; zero when they never did
    /// @param refusal why the new rules do not run; empty when they do
    default void ended(Duration swap, Optional<ApplyRefusedException> refusal) {}
  }
}
