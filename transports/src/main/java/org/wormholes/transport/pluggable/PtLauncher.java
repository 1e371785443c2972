package org.wormholes.transport.pluggable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A pluggable transport's program that is kept running: started, listened to, and started again
/// when it ends, after pauses that grow. It ends with this process, whose end closes its standard
/// input.
final class PtLauncher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PtLauncher.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration HEALTHY = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Path program;
  private final Path folder;
  private final Supplier<Map<String, String>> environment;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread keeper;
  private volatile CompletableFuture<PtLine> method = new CompletableFuture<>();
  private volatile @Nullable Process process;

  /// @param folder where it keeps what it knows
  /// @param environment what stands beside the variables of `pt-spec` section 3.2 before each start
  PtLauncher(Path program, Path folder, Supplier<Map<String, String>> environment) {
    this.program = program;
    this.folder = folder;
    this.environment = environment;
    this.keeper = Thread.ofPlatform().daemon().name("wormholes-pluggable").unstarted(this::keep);
  }

  void start() {
    keeper.start();
  }

  /// The [PtLine.Client] or [PtLine.Server] of the program that runs, or will run next; fails with
  /// its own words where it cannot.
  CompletableFuture<PtLine> method() {
    return method;
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void keep() {
    Duration pause = FIRST_PAUSE;
    while (!isStopping()) {
      long began = System.nanoTime();
      String why = runOnce();
      CompletableFuture<PtLine> ended = method;
      method = new CompletableFuture<>();
      ended.completeExceptionally(new IOException(why));
      if (System.nanoTime() - began > HEALTHY.toNanos()) {
        pause = FIRST_PAUSE;
      }
      LOG.debug("the program of a pluggable transport has ended");
      try {
        if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
    method.completeExceptionally(new IOException("closed"));
  }

  private String runOnce() {
    try {
      Process started = launch();
      process = started;
      if (isStopping()) {
        started.destroy();
      }
      String complaint = listen(started);
      int exit = started.waitFor();
      return complaint.isEmpty()
          ? program.getFileName() + " ended by itself (exit code " + exit + ")"
          : complaint;
    } catch (IOException broken) {
      return program + " could not be started: " + broken.getMessage();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stopping.countDown();
      return "interrupted";
    }
  }

  private Process launch() throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ProcessBuilder builder =
        new ProcessBuilder(program.toString())
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> variables = builder.environment();
    variables.keySet().removeIf(name -> name.startsWith("TOR_PT_"));
    variables.put("TOR_PT_MANAGED_TRANSPORT_VER", "1");
    variables.put("TOR_PT_STATE_LOCATION", folder.toString());
    variables.put("TOR_PT_EXIT_ON_STDIN_CLOSE", "1");
    variables.putAll(environment.get());
    return builder.start();
  }

  /// Reads what it says until it ends; the last complaint.
  private String listen(Process started) throws IOException {
    String complaint = "";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
      StringBuilder line = new StringBuilder();
      for (int next = lines.read(); next >= 0; next = lines.read()) {
        if (next != '\n' && line.length() <= PtLine.MAX_CHARS) {
          line.append((char) next);
        } else if (next == '\n') {
          switch (PtLine.parse(line.toString())) {
            case PtLine.Failed(String why) -> complaint = why;
            case PtLine.Client client -> method.complete(client);
            case PtLine.Server server -> method.complete(server);
            case PtLine.Other _ -> {
              // Of no use here.
            }
          }
          line.setLength(0);
        }
      }
    }
    return complaint;
  }

  /// Ends it, and waits until it has ended.
  @Override
  public void close() {
    stopping.countDown();
    Process running = process;
    if (running != null) {
      running.destroy();
    }
    try {
      keeper.join(PATIENCE.toMillis());
      if (keeper.isAlive() && running != null) {
        running.destroyForcibly();
        keeper.join(PATIENCE.toMillis());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
