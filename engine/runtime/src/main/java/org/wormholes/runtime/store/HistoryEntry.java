package org.wormholes.runtime.store;

import java.time.Duration;
import java.time.Instant;

/// One apply that reached the engine.
///
/// @param number counts up by one, and never begins again
/// @param at when it was begun
/// @param name of the ruleset
/// @param version of the ruleset
/// @param digest of the ruleset, by which it is kept
/// @param source the file it came from, by the word of who asked
/// @param by who asked, by their own word
/// @param outcome what became of it
/// @param detail why, where it did not stay
/// @param swap from its beginning until new flows met the new rules; zero when they never did
public record HistoryEntry(
    int number,
    Instant at,
    String name,
    String version,
    String digest,
    String source,
    String by,
    Outcome outcome,
    String detail,
    Duration swap) {

  /// What became of an apply.
  public enum Outcome {
    APPLIED,
    /// The engine could not run it, and never did.
    REFUSED,
    /// It ran for a moment; then the rules before it came back.
    ROLLED_BACK,
    /// The engine ended in the middle, before the rules were final; those before them stayed.
    INTERRUPTED
  }
}
