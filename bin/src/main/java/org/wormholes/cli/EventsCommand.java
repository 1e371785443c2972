package org.wormholes.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes events`.
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description =
        "Show what happens in the engine, as it happens; with --json one value on each line.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the engine has ended", "4:no engine answers"})
final class EventsCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    try {
      new SocketCaller(engine.socket())
          .follow(
              "/v1/events",
              () -> reporting.say("what happens from now on; Ctrl-C ends"),
              this::show);
      return ExitCode.OK;
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.NO_ENGINE, String.valueOf(e.getMessage()));
    }
  }

  private void show(String line) {
    reporting.out().println(reporting.json() ? line : text(line));
    reporting.out().flush();
  }

  private String text(String line) {
    try {
      EngineEvent event = Json.read(EngineEvent.class, line);
      return "%s  %s  %s"
          .formatted(
              event.at(),
              reporting.paint().bold(Clean.line(event.subject(), 40)),
              Clean.line(event.message(), 300));
    } catch (JsonException e) {
      return Clean.line(line, 300);
    }
  }
}
