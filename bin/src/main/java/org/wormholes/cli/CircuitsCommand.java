package org.wormholes.cli;

import java.util.concurrent.Callable;
import org.wormholes.runtime.control.ControlApi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes circuits`.
@Command(
    name = "circuits",
    mixinStandardHelpOptions = true,
    description = "List the circuits of the engine's tunnels, hop by hop.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed", "4:no engine answers"})
final class CircuitsCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    Paint paint = reporting.paint();
    reporting.print(
        new ControlApi.CircuitList(engine.session().circuits()),
        list -> StatusText.circuits(list.circuits(), paint).lines());
    return ExitCode.OK;
  }
}
