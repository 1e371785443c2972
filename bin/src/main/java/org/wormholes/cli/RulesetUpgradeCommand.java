package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes ruleset upgrade`.
@Command(
    name = "upgrade",
    mixinStandardHelpOptions = true,
    description = {
      "Put a newer version of an installed ruleset in its place, from a gem's file.",
      "Shows which permissions are new and which are gone, and asks again."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:upgraded, or up to date",
      "2:the file cannot be read, or nothing of the name is installed",
      "3:the gem is refused; nothing was written",
      "5:nobody said yes"
    })
final class RulesetUpgradeCommand implements Callable<Integer> {
  @Mixin private GemInstallation installation;

  @Parameters(paramLabel = "FILE", description = "A .gem file.")
  private Path file;

  @Override
  public Integer call() throws IOException {
    return installation.install(file, true);
  }
}
