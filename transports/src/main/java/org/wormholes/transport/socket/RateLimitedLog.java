package org.wormholes.transport.socket;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/// A log that a stranger cannot fill. Of each cause a few lines are written a minute, and of all
/// causes together a few more; what was left out is counted and the count written with the cause's
/// next line.
///
/// Safe for use from several threads.
public final class RateLimitedLog {
  private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int MAX_CAUSES = 64;

  private final Logger log;
  private final int linesPerCause;
  private final int linesTogether;
  private final LongSupplier nanoTime;
  private final Map<String, Tally> tallies = new HashMap<>();
  private long windowStart;
  private int written;

  /// @param linesPerCause lines a minute for one cause
  /// @param linesTogether lines a minute for all of them
  public RateLimitedLog(Logger log, int linesPerCause, int linesTogether, LongSupplier nanoTime) {
    this.log = log;
    this.linesPerCause = linesPerCause;
    this.linesTogether = linesTogether;
    this.nanoTime = nanoTime;
    this.windowStart = nanoTime.getAsLong();
  }

  /// Notes that `cause` happened once more. Causes are few and fixed; they hold nothing a peer
  /// sent.
  ///
  /// @param where the place on our side, such as an entry's name
  public synchronized void note(String cause, String where) {
    long now = nanoTime.getAsLong();
    if (now - windowStart >= WINDOW_NANOS) {
      windowStart = now;
      written = 0;
      tallies.values().forEach(tally -> tally.written = 0);
    }
    Tally tally = tallies.get(cause);
    if (tally == null) {
      if (tallies.size() >= MAX_CAUSES) {
        throw new IllegalStateException("more than " + MAX_CAUSES + " causes: " + cause);
      }
      tally = new Tally();
      tallies.put(cause, tally);
    }
    if (tally.written >= linesPerCause || written >= linesTogether) {
      tally.leftOut++;
      return;
    }
    tally.written++;
    written++;
    write(cause, where, tally);
  }

  private void write(String cause, String where, Tally tally) {
    if (tally.leftOut > 0) {
      log.info("{}: {} (and {} times more, not shown)", where, cause, tally.leftOut);
      tally.leftOut = 0;
    } else {
      log.info("{}: {}", where, cause);
    }
  }

  private static final class Tally {
    private int written;
    private long leftOut;
  }
}
