package org.wormholes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes revoke`.
@Command(
    name = "revoke",
    mixinStandardHelpOptions = true,
    description = {
      "Take back that a node belongs to a network; whom it admitted falls with it.",
      "Its links end here at once, and everywhere else as soon as the news arrives."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:revoked",
      "4:no engine answers",
      "6:there is no such member, or this node may not"
    })
final class RevokeCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(index = "0", paramLabel = "NETWORK", description = "Its name, or its id.")
  private String network;

  @Parameters(
      index = "1",
      paramLabel = "MEMBER",
      description = "Its address, or its name in `members`.")
  private String member;

  @Override
  public Integer call() {
    reporting.print(engine.session().revoke(network, member), NetworkText::members);
    return ExitCode.OK;
  }
}
