package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    Paint paint = reporting.paint();
    ScriptCheck checked = ScriptCheck.of(script.read(file), file.toString(), strict);
    reporting.print(checked.report(), it -> checked.text(paint));
    if (checked.rules().isPresent() && output != null) {
      Files.write(output, checked.rules().get().envelope());
    }
    return checked.report().sound() ? ExitCode.OK : ExitCode.PROBLEMS;
  }
}
