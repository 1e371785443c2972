package org.wormholes.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.NetworkApi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes friend`.
@Command(
    name = "friend",
    mixinStandardHelpOptions = true,
    description = {
      "Speak to a node in a network for friends, or with --remove no more.",
      "Both have to call each other friends before anything is said."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:kept", "4:no engine answers", "6:there is no such network of friends"})
final class FriendCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(index = "0", paramLabel = "NETWORK", description = "Its name, or its id.")
  private String network;

  @Parameters(
      index = "1",
      paramLabel = "FRIEND",
      description = "An address, or wormhole://ADDRESS@[CARRIER+]HOST:PORT.")
  private String friend;

  @Option(names = "--remove", description = "It is a friend no more.")
  private boolean remove;

  @Override
  public Integer call() {
    reporting.print(
        new NetworkApi.NetworkList(List.of(engine.session().friend(network, friend, remove))),
        NetworkText::shown);
    return ExitCode.OK;
  }
}
