package org.wormholes.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.wormholes.runtime.store.StateFolder;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Runs what people run most, once and unheard, so that the JVM can note for its start-up cache
/// which classes that takes. The launcher starts it in the background.
@Command(name = "warm-up", hidden = true, description = "Trains the start-up cache.")
final class WarmUp implements Callable<Integer> {
  private static final String SCRIPT = "warm-up.rb";

  @Override
  public Integer call() throws IOException {
    PrintStream out = System.out;
    PrintStream err = System.err;
    System.setOut(silent());
    System.setErr(silent());
    Path folder = Files.createTempDirectory("wormholes-");
    try {
      Path script = folder.resolve(SCRIPT);
      Path compiled = folder.resolve("warm-up.wh");
      Files.write(script, bundledScript());
      for (List<String> args : sessions(script, compiled)) {
        run(args.toArray(String[]::new));
      }
      startEngine(folder, Files.readAllBytes(compiled));
    } finally {
      delete(folder);
      System.setOut(out);
      System.setErr(err);
    }
    return ExitCode.OK;
  }

  private static List<List<String>> sessions(Path script, Path compiled) {
    return List.of(
        List.of("--version"),
        List.of("--help"),
        List.of("no-such-command"),
        List.of("words"),
        List.of("check", "--output", compiled.toString(), script.toString()));
  }

  /// An engine starts with rules it had before, opens their ports and ends; it dials nobody, since
  /// it knows nobody.
  private static void startEngine(Path folder, byte[] rules) throws IOException {
    Path state = folder.resolve("state");
    try (StateFolder kept = StateFolder.open(state)) {
      kept.rulesets().commit(rules);
    }
    String socket = folder.resolve("control.sock").toString();
    DaemonCommand daemon = new DaemonCommand();
    new CommandLine(daemon).parseArgs("--state", state.toString(), "--control", socket);
    try (EngineHost host = EngineHost.start(daemon.settings())) {
      host.describe();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /// The exit code does not matter, not even that of a command which does not exist yet.
  private static void run(String... args) {
    CommandLine line = Main.commandLine(args);
    line.setOut(new PrintWriter(Writer.nullWriter()));
    line.setErr(new PrintWriter(Writer.nullWriter()));
    line.execute(args);
  }

  private static byte[] bundledScript() {
    try (var in = WarmUp.class.getResourceAsStream(SCRIPT)) {
      return in == null ? new byte[0] : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + SCRIPT, e);
    }
  }

  private static PrintStream silent() {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }
}
