package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.rulesets.gem.GemName;
import org.wormholes.rulesets.gem.Skeleton;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset new`.
@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    description = "Make a project for a ruleset, in a new folder; its tests pass at once.")
final class RulesetNewCommand implements Callable<Integer> {
  /// What is reported.
  record Made(String name, String folder) {}

  @Mixin private Reporting reporting;

  @Parameters(paramLabel = "NAME", description = "Words of a-z and 0-9 joined by `-`.")
  private String name;

  @Option(
      names = "--author",
      paramLabel = "NAME",
      description = "Who writes it (default: the name of this account).")
  private String author = System.getProperty("user.name", "somebody");

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "The folder to make (default: NAME).")
  private @Nullable Path folder;

  @Override
  public Integer call() throws IOException {
    if (!GemName.isValid(name)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "a ruleset's name is words of a-z and 0-9 joined by `-`, such as quiet-web");
    }
    Path made = folder == null ? Path.of(name) : folder;
    try {
      Skeleton.create(new GemName(name), author, made);
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailure(ExitCode.USAGE, made + " exists already");
    }
    reporting.print(
        new Made(name, made.toString()),
        it ->
            List.of(
                "made " + it.folder(),
                "next: cd %s && wormholes ruleset test".formatted(it.folder())));
    return ExitCode.OK;
  }
}
