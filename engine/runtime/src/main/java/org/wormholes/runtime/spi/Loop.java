package org.wormholes.runtime.spi;

import java.time.Duration;
import java.util.concurrent.Executor;

/// One event loop: a thread that owns the connections and circuits registered with it. What is said
/// on a loop is said in order.
public interface Loop extends Executor {
  /// Position of this loop in [Transport#loops()], from 0.
  int index();

  /// Whether the calling thread is this loop's thread.
  boolean inLoop();

  /// Monotonic time in nanoseconds; cheap enough to be asked once for every read.
  long nanoTime();

  /// Runs `task` on this loop after `delay`, unless cancelled before.
  Cancellable schedule(Duration delay, Runnable task);

  /// A pending task that may still be called off; calling off twice is harmless.
  interface Cancellable {
    void cancel();
  }
}
