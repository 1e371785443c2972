package org.wormholes.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.FlowSample;
import org.wormholes.runtime.control.Explainer;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.FlowText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes explain`.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Show what becomes of a flow, and which lines of the ruleset say so; opens nothing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:explained, whatever the verdict",
      "2:that is no flow, or the file cannot be read",
      "3:the ruleset has problems",
      "4:no engine answers (say --file to do without)",
      "6:the engine runs no ruleset yet"
    })
final class ExplainCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ScriptOption script;

  @Parameters(
      paramLabel = "FLOW",
      description = "As in https://example.org, 10.0.0.1:22 or udp://1.1.1.1:53.")
  private String flow;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Explain by this ruleset, without an engine.")
  private @Nullable Path file;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = "The user name that the application gives to the proxy.")
  private String user = "";

  @Option(
      names = "--entry",
      paramLabel = "TUNNEL",
      description = "The tunnel whose entry the flow comes in by.")
  private String entry = "";

  @Override
  public Integer call() {
    try {
      sample();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    Explanation told = file == null ? engine.session().explain(flow, user, entry) : offline(file);
    Paint paint = reporting.paint();
    reporting.print(told, it -> ExplanationText.of(it, paint));
    return ExitCode.OK;
  }

  private Explanation offline(Path ruleset) {
    ScriptOption.Rules rules = script.readOrFail(ruleset, reporting);
    return Explainer.offline(rules.ruleset(), rules.sources()).explain(sample());
  }

  private FlowSample sample() {
    return FlowText.parse(flow, user, entry, LocalDateTime.now(ZoneId.systemDefault()));
  }
}
