package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes check`.
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Compile a ruleset and show every problem; changes nothing.",
      "Warns of rules that never decide, conditions that are never true, traffic that may leave beside its tunnel."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the ruleset is sound", "2:the file cannot be read", "3:it has problems"})
final class CheckCommand implements Callable<Integer> {
  /// What is reported.
  record Checked(
      String file,
      boolean sound,
      Optional<String> name,
      Optional<String> version,
      Optional<String> digest,
      List<Finding> problems) {}

  /// A problem, for programs.
  record Finding(
      String severity,
      String file,
      int line,
      int column,
      String message,
      String expected,
      String hint) {
    static Finding of(Problem problem) {
      return new Finding(
          problem.severity().name().toLowerCase(Locale.ROOT),
          problem.position().file(),
          problem.position().line(),
          problem.position().column(),
          problem.message(),
          problem.expected(),
          problem.hint());
    }
  }

  @Mixin private Reporting reporting;
  @Mixin private ScriptOption script;

  @Parameters(paramLabel = "FILE", description = "A ruleset: a script, or a compiled .wh file.")
  private Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Also write the compiled ruleset (.wh) there.")
  private @Nullable Path output;

  @Option(names = "--strict", description = "Take warnings for errors.")
  private boolean strict;

  @Override
  public Integer call() throws IOException {
    ScriptOption.Read found = script.read(file);
    List<Problem> problems = LintProblems.of(found, file.toString(), strict);
    boolean sound = problems.stream().noneMatch(Problem::isError);
    ScriptOption.Read read =
        new ScriptOption.Read(sound ? found.rules() : Optional.empty(), problems);
    Paint paint = reporting.paint();
    Optional<String> digest = read.rules().map(ScriptOption.Rules::digest);
    Checked checked =
        new Checked(
            file.toString(),
            read.rules().isPresent(),
            read.rules().map(it -> it.ruleset().name()),
            read.rules().map(it -> it.ruleset().version()),
            digest,
            read.problems().stream().map(Finding::of).toList());
    reporting.print(checked, it -> lines(it, read, paint));
    if (read.rules().isPresent() && output != null) {
      Files.write(output, read.rules().get().envelope());
    }
    return checked.sound() ? ExitCode.OK : ExitCode.PROBLEMS;
  }

  private static List<String> lines(Checked checked, ScriptOption.Read read, Paint paint) {
    List<String> lines = new ArrayList<>();
    for (Problem each : read.problems()) {
      lines.addAll(ProblemText.of(each, paint));
      lines.add("");
    }
    lines.add(checked.sound() ? sound(checked, read, paint) : failed(checked, read, paint));
    return lines;
  }

  private static String sound(Checked checked, ScriptOption.Read read, Paint paint) {
    String digest = Units.brief(checked.digest().orElseThrow());
    String summary =
        "%s: %s %s %s"
            .formatted(
                checked.file(),
                checked.name().orElseThrow(),
                checked.version().orElseThrow(),
                paint.dim("(" + digest + ")"));
    String warnings = read.problems().isEmpty() ? "" : ", " + ProblemText.count(read.problems());
    return paint.green("ok") + "  " + summary + warnings;
  }

  private static String failed(Checked checked, ScriptOption.Read read, Paint paint) {
    return paint.red("not ok") + "  " + checked.file() + ": " + ProblemText.count(read.problems());
  }
}
