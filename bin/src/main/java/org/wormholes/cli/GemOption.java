package org.wormholes.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.codec.SignatureCheck;
import org.wormholes.rulesets.gem.GemName;
import org.wormholes.rulesets.gem.GemRefusedException;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.rulesets.gem.GemVersion;
import org.wormholes.rulesets.gem.Lock;
import org.wormholes.rulesets.gem.LockedGem;
import org.wormholes.rulesets.gem.SandboxedRuby;
import picocli.CommandLine.Option;

/// Where installed rulesets are kept, and how commands name them.
final class GemOption {
  @Option(
      names = "--store",
      paramLabel = "FOLDER",
      description = "Where rulesets are kept (default: $XDG_DATA_HOME/wormholes/rulesets).")
  private @Nullable Path folder;

  GemStore store() {
    return storeIn(folder == null ? Locations.rulesets() : folder);
  }

  static GemStore storeIn(Path folder) {
    return new GemStore(folder, SignatureCheck.ofTheJdk(), new SandboxedRuby());
  }

  /// Does something with gems; what is wrong with one ends the command with a line.
  static <T> T refusing(Callable<T> action) throws IOException {
    try {
      return action.call();
    } catch (GemRefusedException e) {
      throw new CommandFailure(ExitCode.PROBLEMS, e.reason());
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("an exception that nothing here throws", e);
    }
  }

  /// Whether a word can be the name of an installed ruleset: `NAME` or `NAME@VERSION`.
  static boolean isName(String word) {
    int at = word.indexOf('@');
    String name = at < 0 ? word : word.substring(0, at);
    return GemName.isValid(name) && (at < 0 || GemVersion.isValid(word.substring(at + 1)));
  }

  /// The installed gem that is meant: without a version, the newest.
  static LockedGem named(Lock lock, String word) {
    int at = word.indexOf('@');
    if (!isName(word)) {
      throw new CommandFailure(
          ExitCode.USAGE, "rulesets are named NAME or NAME@VERSION, not " + Clean.line(word, 80));
    }
    GemName name = new GemName(at < 0 ? word : word.substring(0, at));
    Optional<LockedGem> found =
        at < 0
            ? lock.newest(name)
            : lock.gems().stream()
                .filter(gem -> gem.name().equals(name))
                .filter(gem -> gem.version().equals(new GemVersion(word.substring(at + 1))))
                .findFirst();
    return found.orElseThrow(() ->
        new CommandFailure(
            ExitCode.USAGE, "no ruleset %s is installed; %s".formatted(word, installed(lock))));
  }

  private static String installed(Lock lock) {
    List<String> names = lock.gems().stream().map(gem -> gem.name().text()).distinct().toList();
    return names.isEmpty() ? "none is" : "there are " + String.join(", ", names);
  }

  /// Asks the person at the terminal.
  static boolean isAgreed(Reporting reporting, String question) throws IOException {
    reporting.err().print(question + " [y/N] ");
    reporting.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
    return answer != null
        && List.of("y", "yes").contains(answer.strip().toLowerCase(java.util.Locale.ROOT));
  }
}
