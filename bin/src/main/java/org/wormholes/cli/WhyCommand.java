package org.wormholes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes why`.
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description = "Say in words why bytes to a peer go through a relay, directly, or nowhere.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:said", "4:no engine answers", "6:no such node is known"})
final class WhyCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(
      paramLabel = "PEER",
      description =
          "Its address of 56 characters, KEY.peer, peer://KEY, friend://NAME@NETWORK, or its name.")
  private String peer;

  @Override
  public Integer call() {
    reporting.print(engine.session().why(peer), PeerText::why);
    return ExitCode.OK;
  }
}
