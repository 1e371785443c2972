package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.PlanFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
  @Mixin private TermsOption terms;

  @Parameters(paramLabel = "FILE", description = "A ruleset: a script, or a compiled .wh file.")
  private Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE.plan",
      description =
          "Also save the plan, the compiled ruleset in it; `apply FILE.plan` does just that, as"
              + " long as the engine runs what it runs now.")
  private @Nullable Path output;

  @Option(
      names = "--with",
      paramLabel = "FACT=VALUE",
      description =
          "Also show what would be decided differently if a live fact had this value: metered=true,"
              + " carrier_up(\"tor\")=false, round_trip(\"web\")=300.ms. May be given several"
              + " times.")
  private List<String> with = List.of();

  @Override
  public Integer call() throws IOException {
    terms.check();
    ScriptOption.Rules rules = contacts.fill(script.readOrFail(file, reporting));
    Plan plan = engine.planOrOffline(rules, terms.drain(), with, reporting);
    Paint paint = reporting.paint();
    reporting.print(plan, it -> PlanText.of(it, paint));
    if (output != null) {
      save(plan, rules, output);
    }
    return plan.changes() ? ExitCode.CHANGES : ExitCode.OK;
  }

  private void save(Plan plan, ScriptOption.Rules rules, Path to) throws IOException {
    try {
      PlanFile saved =
          PlanFile.of(
              plan.running().orElse(PlanFile.NOTHING),
              Clock.systemUTC().instant(),
              file.toAbsolutePath().toString(),
              rules.envelope());
      DevnetCommand.writeWhole(to, saved.encode());
      reporting.say("saved " + to);
    } catch (RuleFormatException e) {
      throw new IllegalStateException("what was just compiled is not understood", e);
    }
  }
}
