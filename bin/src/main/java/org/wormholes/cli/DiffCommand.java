package org.wormholes.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.control.EngineControl;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.Planner;
import org.wormholes.runtime.control.RulesetView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes diff`.
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Show how two rulesets differ, field by field, with the lines that say so.",
      "Each is a file (with a . or a / in its name), a number or digest of the history, `running`,"
          + " or `previous`."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:they do not differ",
      "2:a file cannot be read",
      "3:a ruleset has problems",
      "4:no engine answers",
      "5:they differ",
      "6:the history has no such ruleset"
    })
final class DiffCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ScriptOption script;

  @Parameters(index = "0", paramLabel = "A", description = "The ruleset to begin with.")
  private String before;

  @Parameters(
      index = "1",
      paramLabel = "B",
      arity = "0..1",
      defaultValue = "running",
      description = "The ruleset to end with (default: what runs).")
  private String after;

  @Override
  public Integer call() {
    ScriptOption.Rules from = find(before);
    ScriptOption.Rules to = find(after);
    RulesetView view =
        new RulesetView(
            from.ruleset().name(), from.ruleset().version(), from.digest(), Instant.EPOCH);
    Plan difference =
        Planner.plan(
            Optional.of(new EngineControl.Applied(from.ruleset(), from.sources(), view)),
            to.ruleset(),
            to.sources(),
            List.of(),
            Duration.ZERO);
    Paint paint = reporting.paint();
    reporting.print(difference, it -> DiffText.of(it, paint));
    return difference.changes() ? ExitCode.CHANGES : ExitCode.OK;
  }

  private ScriptOption.Rules find(String name) {
    return HistoryName.isOne(name) ? kept(name) : script.readOrFail(Path.of(name), reporting);
  }

  private ScriptOption.Rules kept(String name) {
    ControlApi.KeptRuleset kept = engine.session().ruleset(name);
    try {
      RuleFile rules = RuleCodec.decode(Base64.getDecoder().decode(kept.ruleset()));
      return new ScriptOption.Rules(rules.ruleset(), rules.sources());
    } catch (RuleFormatException | IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "the engine's ruleset is not understood: "
              + Clean.line(String.valueOf(e.getMessage()), 200));
    }
  }
}
