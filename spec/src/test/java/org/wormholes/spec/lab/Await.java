package org.wormholes.spec.lab;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for what no event tells: a file another process writes, a counter of the kernel. This is
/// the one place that looks again and again; where a future, a line of output or an exit can be
/// waited for, that is done instead.
public final class Await {
  private static final Duration BETWEEN = Duration.ofMillis(20);

  private Await() {}

  /// The first value that `look` finds.
  ///
  /// @throws AssertionError when `limit` has passed; the message says what was waited for
  public static <T> T value(String what, Duration limit, Supplier<Optional<T>> look) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<T> found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(what + ": not within " + limit.toMillis() + " ms");
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
  }

  /// Returns once `condition` holds.
  public static void that(String what, Duration limit, BooleanSupplier condition) {
    Boolean _ =
        value(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }
}
