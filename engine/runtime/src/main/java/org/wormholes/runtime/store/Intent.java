package org.wormholes.runtime.store;

import java.time.Duration;
import java.time.Instant;

/// What is about to be applied, written down before anything changes.
///
/// @param number it will have in the history
public record Intent(
    int number, Instant at, String name, String version, String digest, String source, String by) {
  HistoryEntry ended(HistoryEntry.Outcome outcome, String detail, Duration swap) {
    return new HistoryEntry(number, at, name, version, digest, source, by, outcome, detail, swap);
  }
}
