package org.wormholes.cli;

import java.util.concurrent.Callable;
import org.wormholes.runtime.control.ControlApi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes nodes`.
@Command(
    name = "nodes",
    mixinStandardHelpOptions = true,
    description = "List the nodes the engine knows.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed", "4:no engine answers"})
final class NodesCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    Paint paint = reporting.paint();
    reporting.print(
        new ControlApi.NodeList(engine.session().nodes()),
        list -> StatusText.nodes(list.nodes(), paint).lines());
    return ExitCode.OK;
  }
}
