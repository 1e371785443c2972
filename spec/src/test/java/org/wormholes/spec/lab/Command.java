package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that answers and ends, run as a person would run it.
public final class Command {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final List<String> words;
  private final Map<String, String> environment = new HashMap<>();
  private Path folder = Path.of(".");
  private String input = "";
  private Duration limit = LIMIT;

  private Command(List<String> words) {
    this.words = new ArrayList<>(words);
  }

  public static Command of(String... words) {
    return new Command(Arrays.asList(words));
  }

  public Command with(String... more) {
    words.addAll(Arrays.asList(more));
    return this;
  }

  public Command in(Path place) {
    folder = place;
    return this;
  }

  public Command set(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  public Command input(String text) {
    input = text;
    return this;
  }

  public Command within(Duration time) {
    limit = time;
    return this;
  }

  /// Runs it and waits for its end; what takes too long is killed and fails the test.
  public Outcome run() {
    try {
      Path out = Files.createTempFile("command", ".out");
      Path err = Files.createTempFile("command", ".err");
      try {
        return run(out, err);
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException("running " + words, broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + words, interrupted);
    }
  }

  private Outcome run(Path out, Path err) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    Process process = builder.start();
    try (var toProcess = process.getOutputStream()) {
      toProcess.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException ended) {
      // A program need not read what it is given.
    }
    boolean inTime = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (!inTime) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    Outcome outcome =
        new Outcome(words, process.exitValue(), Files.readAllBytes(out), Files.readString(err));
    if (!inTime) {
      throw new AssertionError("no end in " + limit + ": " + outcome);
    }
    return outcome;
  }

  /// What came of it.
  @SuppressWarnings("ArrayRecordComponent") // Never compared; text would break binary output.
  public record Outcome(List<String> words, int exit, byte[] output, String errors) {
    /// Fails unless it ended with 0.
    public Outcome good() {
      if (exit != 0) {
        throw new AssertionError(this);
      }
      return this;
    }

    public String text() {
      return new String(output, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      String shown = text().length() > 2_000 ? text().substring(0, 2_000) + "..." : text();
      return String.join(" ", words) + "\nended with " + exit + "\n" + shown + "\n" + errors;
    }
  }
}
