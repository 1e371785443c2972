package org.wormholes.cli;

import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes status`.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show what the engine runs, and where it listens.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:an engine runs", "4:no engine answers"})
final class StatusCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    Paint paint = reporting.paint();
    reporting.print(
        engine.session().status(), status -> StatusText.status(status, Instant.now(), paint));
    return ExitCode.OK;
  }
}
