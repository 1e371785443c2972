package org.wormholes.spec.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A process that runs beside the test. It is held by its handle and ended by it, with all it has
/// started, never by name; its output is read line by line as it comes, both streams together.
public final class Program implements AutoCloseable {
  private static final int SHOWN_LINES = 30;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private Program(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /// Starts `words` in `folder`, with `environment` added to the test's own.
  public static Program start(
      String name, Path folder, Map<String, String> environment, List<String> words) {
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      Program program = new Program(name, process);
      Thread.ofPlatform().daemon().name(name + " output").start(program::read);
      return program;
    } catch (IOException impossible) {
      throw new UncheckedIOException("starting " + name, impossible);
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(this::add);
    } catch (UncheckedIOException | IOException ended) {
      add("(output ended: " + ended.getMessage() + ")");
    }
    synchronized (lines) {
      ended = true;
      lines.notifyAll();
    }
  }

  private void add(String line) {
    synchronized (lines) {
      lines.add(line);
      lines.notifyAll();
    }
  }

  /// The first line, past or future, that `pattern` is found in.
  public MatchResult line(Pattern pattern, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (lines) {
      int read = 0;
      while (true) {
        for (; read < lines.size(); read++) {
          Optional<MatchResult> found = pattern.matcher(lines.get(read)).results().findFirst();
          if (found.isPresent()) {
            return found.get();
          }
        }
        long left = end - System.nanoTime();
        if (ended || left <= 0) {
          throw new AssertionError(name + " never said " + pattern + "\n" + output());
        }
        waitForMore(left);
      }
    }
  }

  private void waitForMore(long nanos) {
    try {
      TimeUnit.NANOSECONDS.timedWait(lines, nanos);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + name, interrupted);
    }
  }

  /// Everything it has written so far.
  public List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /// The last lines, for messages.
  public String output() {
    List<String> all = lines();
    return String.join("\n", all.subList(Math.max(0, all.size() - SHOWN_LINES), all.size()));
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Its exit code, once it has ended by itself.
  public int exit(Duration limit) {
    awaitEnd(process.toHandle(), limit);
    return process.exitValue();
  }

  /// Sends SIGKILL to it alone and returns once it is gone.
  public void kill() {
    process.destroyForcibly();
    awaitEnd(process.toHandle(), PATIENCE);
  }

  @Override
  public void close() {
    List<ProcessHandle> family = process.descendants().toList();
    process.destroy();
    if (!endsWithin(process.toHandle(), PATIENCE)) {
      process.destroyForcibly();
    }
    family.forEach(ProcessHandle::destroyForcibly);
  }

  private void awaitEnd(ProcessHandle handle, Duration limit) {
    if (!endsWithin(handle, limit)) {
      throw new AssertionError(name + " did not end in " + limit + "\n" + output());
    }
  }

  private static boolean endsWithin(ProcessHandle handle, Duration limit) {
    try {
      var _ = handle.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException late) {
      return false;
    } catch (InterruptedException | ExecutionException broken) {
      throw new AssertionError("waiting for a process to end", broken);
    }
  }
}
