package org.wormholes.cli;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.wormholes.runtime.json.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Options of every command that reports: data go to standard output, as text or as one JSON value;
/// words for the person go to standard error.
final class Reporting {
  /// When colours are used.
  enum Colour {
    AUTO,
    ALWAYS,
    NEVER
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--json", description = "Print one JSON value instead of text.")
  private boolean json;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description = "Use colours: auto (on a terminal, without NO_COLOR), always, never.")
  private Colour colour = Colour.AUTO;

  boolean json() {
    return json;
  }

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  PrintWriter err() {
    return command.commandLine().getErr();
  }

  Paint paint() {
    return new Paint(colours(System.getenv()), drawing(System.getenv()));
  }

  /// Prints `value` as JSON, or as the lines `text` makes of it.
  <T extends Record> void print(T value, Function<T, List<String>> text) {
    if (json) {
      out().println(Json.pretty(value));
    } else {
      text.apply(value).forEach(out()::println);
    }
    out().flush();
  }

  /// Tells the person something that is not data.
  void say(String line) {
    err().println(line);
    err().flush();
  }

  private boolean colours(Map<String, String> environment) {
    return switch (colour) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO ->
          environment.getOrDefault("NO_COLOR", "").isEmpty()
              && !environment.getOrDefault("TERM", "dumb").equals("dumb")
              && isTerminal(1);
    };
  }

  static boolean drawing(Map<String, String> environment) {
    for (String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
      String locale = environment.getOrDefault(name, "");
      if (!locale.isEmpty()) {
        return locale.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
      }
    }
    return false;
  }

  /// Whether a file descriptor of this process is a terminal.
  @SuppressWarnings("SystemConsoleNull") // where there is no console it may still be null
  static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      Console console = System.console();
      return console != null && console.isTerminal();
    }
  }
}
