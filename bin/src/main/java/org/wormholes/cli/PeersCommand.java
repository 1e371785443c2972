package org.wormholes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes peers`.
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description = "List the nodes that can be met by their keys, and how this one is met.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed", "4:no engine answers"})
final class PeersCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    reporting.print(engine.session().peers(), PeerText::peers);
    return ExitCode.OK;
  }
}
