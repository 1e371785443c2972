package org.wormholes.dsl.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads a file on the JVM's finalizer thread, which is older than whatever a program does later.
public final class LateReader {
  private static final BlockingQueue<String> OUTCOMES = new LinkedBlockingQueue<>();

  private final Path file;

  private LateReader(String file) {
    this.file = Path.of(file);
  }

  /// What came of reading the file there.
  public static @Nullable String read(String file) throws InterruptedException {
    @Nullable String outcome = null;
    for (int i = 0; i < 100 && outcome == null; i++) {
      leaveBehind(file);
      System.gc();
      outcome = OUTCOMES.poll(100, TimeUnit.MILLISECONDS);
    }
    return outcome;
  }

  private static void leaveBehind(String file) {
    var _ = new LateReader(file);
  }

  @Override
  @SuppressWarnings({"removal", "deprecation", "Finalize", "Finalizer"})
  protected void finalize() {
    String thread = Thread.currentThread().getName();
    try {
      OUTCOMES.add(thread + " read " + Files.readString(file));
    } catch (IOException e) {
      OUTCOMES.add(thread + " failed: " + e.getClass().getSimpleName());
    }
  }
}
