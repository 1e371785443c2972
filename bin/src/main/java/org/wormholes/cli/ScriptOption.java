package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Problem;
import org.wormholes.dsl.Tier;
import org.wormholes.dsl.sandbox.SandboxedCompiler;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rulesets.gem.GemStore;
import org.wormholes.rulesets.gem.LockedGem;
import picocli.CommandLine.Option;

/// How a ruleset's file is read.
final class ScriptOption {
  @Option(
      names = "--full-ruby",
      description = "Run the file in Ruby, for your own files that need all of it.")
  private boolean fullRuby;

  @Option(
      names = "--sandbox",
      description = "Run the file in Ruby, locked in: for others' files that need all of it.")
  private boolean sandbox;

  /// What a file holds: rules where it has no errors.
  record Read(Optional<Rules> rules, List<Problem> problems) {}

  /// Rules and where they were written.
  record Rules(Ruleset ruleset, SourceMap sources) {
    byte[] envelope() {
      return RuleCodec.encode(ruleset, sources);
    }

    String digest() {
      return RuleCodec.digest(ruleset);
    }
  }

  /// Reads a script, an already compiled `.wh` file, or an installed ruleset by its name.
  Read read(Path file) {
    return read(file, each -> {});
  }

  /// Likewise.
  ///
  /// @param reads hears of every list the script asks for
  Read read(Path file, Consumer<Path> reads) {
    boolean noFile = !Files.exists(file) || Files.isDirectory(file);
    if (noFile && GemOption.isName(file.toString())) {
      return installed(file.toString());
    }
    try {
      return switch (FileKind.of(file)) {
        case SCRIPT -> compiled(file, reads);
        case COMPILED -> decoded(file);
        case PLAN ->
            throw new CommandFailure(
                ExitCode.PROBLEMS, file + " is a saved plan, which `apply` takes and nothing else");
      };
    } catch (NoSuchFileException e) {
      throw new CommandFailure(ExitCode.USAGE, "there is no file " + file);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  /// Reads a file that must be without errors; otherwise prints them and ends the command.
  Rules readOrFail(Path file, Reporting reporting) {
    return readOrFail(file, reporting, each -> {});
  }

  Rules readOrFail(Path file, Reporting reporting, Consumer<Path> reads) {
    Read read = read(file, reads);
    Paint paint = reporting.paint();
    for (Problem each : read.problems()) {
      ProblemText.of(each, paint).forEach(reporting::say);
      reporting.say("");
    }
    return read.rules()
        .orElseThrow(
            () -> new CommandFailure(ExitCode.PROBLEMS, ProblemText.count(read.problems())));
  }

  private Read compiled(Path file, Consumer<Path> reads) throws IOException {
    if (sandbox) {
      Options locked = Options.of(Tier.FULL).using(new ScriptUses(file));
      return told(SandboxedCompiler.compile(file, locked));
    }
    Options options = Options.of(fullRuby ? Tier.FULL : Tier.STATIC).using(new ScriptUses(file));
    Path folder = file.toAbsolutePath().getParent();
    Compilation compilation =
        Compiler.compile(
            file, folder == null ? options : options.with(NotedLists.of(folder, reads)));
    return told(compilation);
  }

  static Read told(Compilation compilation) {
    return new Read(
        compilation.ruleset().map(it -> new Rules(it, compilation.sourceMap())),
        compilation.problems());
  }

  /// The rules of a ruleset that is installed as a gem, as its lock names them.
  private static Read installed(String name) {
    GemStore store = GemOption.storeIn(Locations.rulesets());
    try {
      LockedGem locked = GemOption.named(GemOption.refusing(store::lock), name);
      RuleFile rules = GemOption.refusing(() -> store.rules(locked));
      return new Read(Optional.of(new Rules(rules.ruleset(), rules.sources())), List.of());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "cannot read %s: %s".formatted(store.path(), e.getMessage()));
    }
  }

  private static Read decoded(Path file) throws IOException {
    if (Files.size(file) > RuleCodec.MAX_FILE) {
      throw new CommandFailure(ExitCode.PROBLEMS, file + " is too long for a compiled ruleset");
    }
    try {
      RuleFile rules = RuleCodec.decode(Files.readAllBytes(file));
      return new Read(Optional.of(new Rules(rules.ruleset(), rules.sources())), List.of());
    } catch (RuleFormatException e) {
      throw new CommandFailure(
          ExitCode.PROBLEMS, "%s is not a compiled ruleset: %s".formatted(file, e.getMessage()));
    }
  }
}
