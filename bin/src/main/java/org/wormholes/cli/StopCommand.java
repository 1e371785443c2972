package org.wormholes.cli;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.wormholes.runtime.control.ControlApi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes stop`.
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = "End the engine and every tunnel it runs.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it has ended", "4:no engine answers", "6:it did not end in time"})
final class StopCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() throws InterruptedException {
    long process = engine.session().stop();
    awaitEnd(process);
    reporting.print(
        new ControlApi.Stopping(process), done -> List.of("stopped (process " + process + ")"));
    return ExitCode.OK;
  }

  private static void awaitEnd(long process) throws InterruptedException {
    Optional<ProcessHandle> handle = ProcessHandle.of(process);
    // An engine inside this very process (a test, an embedding program) ends without the process.
    if (handle.isEmpty() || handle.get().equals(ProcessHandle.current())) {
      return;
    }
    try {
      handle.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "process %d was asked to end, but has not after %s"
              .formatted(process, Units.duration(PATIENCE)));
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for process " + process, e);
    }
  }
}
