package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset install`.
@Command(
    name = "install",
    mixinStandardHelpOptions = true,
    description = {
      "Install a ruleset from a gem's file, after showing what it may do and asking.",
      "Never goes online, and runs none of the author's code; with --allow-ruby it is run,",
      "in a sandbox, to see what it does."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:installed, or installed already",
      "2:the file cannot be read",
      "3:the gem is refused; nothing was written",
      "5:nobody said yes"
    })
final class RulesetInstallCommand implements Callable<Integer> {
  @Mixin private GemInstallation installation;

  @Parameters(paramLabel = "FILE", description = "A .gem file.")
  private Path file;

  @Override
  public Integer call() throws IOException {
    return installation.install(file, false);
  }
}
