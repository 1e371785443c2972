package org.wormholes.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `wormholes plan`.
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Show what apply would change; changes nothing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing would change",
      "2:the file cannot be read",
      "3:the ruleset has problems",
      "4:the engine named by --control does not answer",
      "5:there are changes"
    })
final class PlanCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ScriptOption script;
  @Mixin private ContactOption contacts;

  @Parameters(paramLabel = "FILE", description = "A ruleset: a script, or a compiled .wh file.")
  private Path file;

  @Override
  public Integer call() {
    ScriptOption.Rules rules = contacts.fill(script.readOrFail(file, reporting));
    Plan plan = engine.planOrOffline(rules, reporting);
    Paint paint = reporting.paint();
    reporting.print(plan, it -> PlanText.of(it, paint));
    return plan.changes() ? ExitCode.CHANGES : ExitCode.OK;
  }
}
