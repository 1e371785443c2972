package org.wormholes.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
      arity = "1..2",
      paramLabel = "FLOW",
      description = {
        "As in https://example.org, 10.0.0.1:22 or udp://1.1.1.1:53;",
        "with its user and program in front, as in ann@curl example.org:443;",
        "or a forwarded port of this machine, as in :2525."
      })
  private List<String> words;

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
    String flow = String.join(" ", words);
    Explanation told = file == null ? live(flow) : offline(flow, file);
    Paint paint = reporting.paint();
    reporting.print(told, it -> ExplanationText.of(it, paint));
    return ExitCode.OK;
  }

  private Explanation live(String flow) {
    if (!FlowText.isLocalPort(flow)) {
      orUsage(() -> FlowText.parse(flow, user, entry, now()));
    }
    return engine.session().explain(flow, user, entry);
  }

  private Explanation offline(String flow, Path ruleset) {
    ScriptOption.Rules rules = script.readOrFail(ruleset, reporting);
    Explainer explainer = Explainer.offline(rules.ruleset(), rules.sources());
    return orUsage(() -> explainer.explain(flow, user, entry, now()));
  }

  private static <T> T orUsage(Supplier<T> asked) {
    try {
      return asked.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, Clean.line(String.valueOf(e.getMessage()), 300));
    }
  }

  private static LocalDateTime now() {
    return LocalDateTime.now(ZoneId.systemDefault());
  }
}
