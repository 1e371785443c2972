package org.wormholes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes members`.
@Command(
    name = "members",
    mixinStandardHelpOptions = true,
    description = "List who belongs to a network that is open to invited nodes.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed", "4:no engine answers", "6:there is no such network"})
final class MembersCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(paramLabel = "NETWORK", description = "Its name, or its id.")
  private String network;

  @Override
  public Integer call() {
    reporting.print(engine.session().members(network), NetworkText::members);
    return ExitCode.OK;
  }
}
