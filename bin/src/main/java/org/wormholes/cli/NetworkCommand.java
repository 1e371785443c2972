package org.wormholes.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.NetworkApi;
import org.wormholes.runtime.control.NetworkView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes network`.
@Command(
    name = "network",
    mixinStandardHelpOptions = true,
    description = "List, show and make the networks that the engine belongs to.",
    subcommands = {
      NetworkCommand.ListCommand.class,
      NetworkCommand.ShowCommand.class,
      NetworkCommand.CreateCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed", "4:no engine answers"})
final class NetworkCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    return list(reporting, engine);
  }

  private static int list(Reporting reporting, EngineOption engine) {
    reporting.print(engine.session().networks(), NetworkText::networks);
    return ExitCode.OK;
  }

  /// `wormholes network list`.
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the networks that the engine belongs to.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:listed", "4:no engine answers"})
  static final class ListCommand implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;

    @Override
    public Integer call() {
      return list(reporting, engine);
    }
  }

  /// `wormholes network show`.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show one network, and how a ruleset names it.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:shown", "4:no engine answers", "6:there is no such network"})
  static final class ShowCommand implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;

    @Parameters(paramLabel = "NETWORK", description = "Its name, or its id.")
    private String network;

    @Override
    public Integer call() {
      NetworkApi.NetworkList all = engine.session().networks();
      List<NetworkView> meant =
          all.networks().stream()
              .filter(each -> each.name().equals(network) || each.id().equals(network))
              .toList();
      if (meant.isEmpty()) {
        throw new CommandFailure(
            ExitCode.REFUSED, "the engine belongs to no network " + Clean.line(network, 80));
      }
      reporting.print(new NetworkApi.NetworkList(meant), NetworkText::shown);
      return ExitCode.OK;
    }
  }

  /// `wormholes network create`.
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = {
        "Make a network and belong to it.",
        "Of one for invited nodes this node is the founder: its word admits others."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:made, or already there", "4:no engine answers", "6:refused"})
  static final class CreateCommand implements Callable<Integer> {
    @Mixin private Reporting reporting;
    @Mixin private EngineOption engine;

    @Parameters(paramLabel = "NAME", description = "What rulesets call it.")
    private String name;

    @Option(
        names = "--open-to",
        paramLabel = "WHO",
        defaultValue = "invited",
        description = "anyone, invited (the default) or friends.")
    private String openTo = "invited";

    @Override
    public Integer call() {
      NetworkView made = engine.session().createNetwork(name, openTo);
      reporting.print(new NetworkApi.NetworkList(List.of(made)), NetworkText::shown);
      return ExitCode.OK;
    }
  }
}
