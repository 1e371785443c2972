package org.wormholes.cli;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.control.ControlApi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `wormholes facts`.
@Command(
    name = "facts",
    mixinStandardHelpOptions = true,
    description = {
      "List the live facts that the running rules ask for, or say one.",
      "Only metered can be said: what else is live is measured."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:listed, or said", "2:the command line was wrong", "4:no engine answers"})
final class FactsCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Parameters(
      arity = "0..1",
      paramLabel = "metered=VALUE",
      description =
          "true or false, whatever the engine observes; auto leaves it to the engine again.")
  private @Nullable String said;

  @Override
  public Integer call() {
    String word = said;
    ControlApi.FactList facts =
        word == null ? engine.session().facts() : engine.session().say(metered(word));
    Paint paint = reporting.paint();
    reporting.print(
        facts,
        list ->
            list.facts().isEmpty()
                ? List.of("no rule that runs asks for a live fact")
                : StatusText.facts(list.facts(), Instant.now(), paint).lines());
    return ExitCode.OK;
  }

  private Optional<Boolean> metered(String word) {
    return switch (word) {
      case "metered=true", "metered=yes" -> Optional.of(true);
      case "metered=false", "metered=no" -> Optional.of(false);
      case "metered=auto" -> Optional.empty();
      default ->
          throw new ParameterException(
              command.commandLine(),
              "expected metered=true, metered=false or metered=auto, was " + Clean.line(word, 60));
    };
  }
}
