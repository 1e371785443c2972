package org.wormholes.transport.names;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.wormholes.runtime.spi.Loop;

/// A loop without connections.
final class QuietLoop implements Loop, AutoCloseable {
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("quiet-loop").factory());

  @Override
  public int index() {
    return 0;
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread().getName().equals("quiet-loop");
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Cancellable schedule(Duration delay, Runnable task) {
    Future<?> pending = thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> pending.cancel(false);
  }

  @Override
  public void execute(Runnable task) {
    thread.execute(task);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
