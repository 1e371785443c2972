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
import java.util.List;
import java.util.concurrent.Callable;
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
    Path script = Files.createTempFile("wormholes-", ".rb");
    try {
      Files.write(script, bundledScript());
      for (List<String> args : sessions(script)) {
        run(args.toArray(String[]::new));
      }
    } finally {
      Files.delete(script);
      System.setOut(out);
      System.setErr(err);
    }
    return ExitCode.OK;
  }

  private static List<List<String>> sessions(Path script) {
    return List.of(
        List.of("--version"),
        List.of("--help"),
        List.of("no-such-command"),
        List.of("words"),
        List.of("check", script.toString()));
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
