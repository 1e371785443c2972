package org.wormholes.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Starts engines as processes of their own.
final class EngineLauncher {
  /// What an engine prints on standard output once it is ready, and nothing before.
  static final String READY = "ready ";

  private static final int PATIENCE_SECONDS = 30;
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmn24m",
          "-Xmx" + System.getenv().getOrDefault("WORMHOLES_HEAP", "512m"),
          // Set-ups are rare beside cells: their code is worth the better compiler sooner.
          "-XX:Tier4InvocationThreshold=1000",
          "-XX:Tier4MinInvocationThreshold=150",
          "-XX:Tier4CompileThreshold=3000",
          "-XX:+ExitOnOutOfMemoryError",
          "--sun-misc-unsafe-memory-access=allow",
          "--enable-native-access=ALL-UNNAMED",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8",
          "-Xlog:disable",
          "-Xlog:all=warning:stderr",
          "-Xlog:aot=off:stderr",
          "-Xlog:cds=off:stderr");

  private EngineLauncher() {}

  /// An engine that was started, and the line with which it said that it is ready.
  record Started(Process process, String ready) {}

  /// Starts an engine that outlives this process and the terminal, and waits until it is ready.
  ///
  /// @param log where its log lines go
  static Started detached(List<String> arguments, Path log) throws IOException {
    List<String> command = new ArrayList<>(ownSession());
    command.addAll(engine(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(ProcessBuilder.Redirect.appendTo(privateFile(log).toFile()));
    return awaitReady(builder.start(), log);
  }

  /// Starts an engine that ends when this process does: it watches its standard input.
  static Process child(List<String> arguments, Path log) throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.add("--until-input-ends");
    return new ProcessBuilder(engine(all))
        .redirectError(ProcessBuilder.Redirect.appendTo(privateFile(log).toFile()))
        .start();
  }

  /// Waits for the line with which an engine says that it is ready.
  static Started awaitReady(Process process, Path log) throws IOException {
    CompletableFuture<String> line =
        CompletableFuture.supplyAsync(
            () -> firstLine(process), Thread.ofPlatform().daemon()::start);
    try {
      String ready = line.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ready.startsWith(READY)) {
        throw notReady("did not start", log);
      }
      return new Started(process, ready);
    } catch (TimeoutException e) {
      process.destroy();
      throw notReady("was not ready after " + PATIENCE_SECONDS + " s", log);
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading from the engine", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the engine starts", e);
    }
  }

  private static String firstLine(Process process) {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      String line = lines.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      return "";
    }
  }

  private static CommandFailure notReady(String what, Path log) {
    return new CommandFailure(
        ExitCode.NO_ENGINE,
        "the engine %s%s; its log is %s"
            .formatted(what, lastWords(log).map(it -> ": " + it).orElse(""), log));
  }

  private static Optional<String> lastWords(Path log) {
    try {
      return Files.readAllLines(log).reversed().stream()
          .filter(line -> !line.isBlank())
          .findFirst()
          .map(line -> Clean.line(line.strip(), 300));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<String> engine(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(inherited());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.add("daemon");
    command.addAll(arguments);
    return command;
  }

  /// The start-up cache this process uses serves its engines too.
  private static List<String> inherited() {
    String[] own = ProcessHandle.current().info().arguments().orElse(new String[0]);
    return Arrays.stream(own).filter(it -> it.startsWith("-XX:AOTCache=")).toList();
  }

  /// A session of its own keeps the engine alive when the terminal closes.
  private static List<String> ownSession() {
    return List.of("/usr/bin/setsid", "/bin/setsid").stream()
        .filter(it -> Files.isExecutable(Path.of(it)))
        .findFirst()
        .map(List::of)
        .orElse(List.of());
  }

  private static Path privateFile(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return file;
  }
}
