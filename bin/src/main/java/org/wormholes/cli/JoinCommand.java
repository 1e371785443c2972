package org.wormholes.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.NetworkApi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes join`.
@Command(
    name = "join",
    mixinStandardHelpOptions = true,
    description = "Use an invitation: become a member of the network it is for.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:this node is a member",
      "4:no engine answers",
      "6:the host is not reached, or the code is wrong, was used or has ended"
    })
final class JoinCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(
      paramLabel = "INVITATION",
      description = "A code (417-lusab-babad) with --at, or an invitation's uri.")
  private String invitation;

  @Option(
      names = "--at",
      paramLabel = "URL",
      description = "Where the host is: wormhole://ADDRESS@[CARRIER+]HOST:PORT.")
  private @Nullable String contact;

  @Override
  public Integer call() {
    reporting.print(
        new NetworkApi.NetworkList(
            List.of(engine.session().join(invitation, Optional.ofNullable(contact)))),
        NetworkText::shown);
    return ExitCode.OK;
  }
}
