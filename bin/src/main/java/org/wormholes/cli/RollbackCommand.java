package org.wormholes.cli;

import java.io.IOException;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.PlanFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes rollback`.
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description = {
      "Make a ruleset of the history what the engine runs; without N, the one that ran before.",
      "Shows the plan and asks first."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it runs",
      "4:no engine answers",
      "5:there are changes, and nobody said yes",
      "6:the history has no such ruleset, or the engine refused",
      "7:the engine has moved since the plan was shown; nothing was changed",
      "8:a probe failed; what ran before runs again"
    })
final class RollbackCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private TermsOption terms;

  @Parameters(
      paramLabel = "N|DIGEST",
      arity = "0..1",
      defaultValue = "previous",
      description = "A number of the history, or the beginning of a digest.")
  private String to;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Override
  public Integer call() throws IOException {
    terms.check();
    ControlSession session = engine.session();
    String name = HistoryName.checked(to);
    byte[] envelope = Base64.getDecoder().decode(session.ruleset(name).ruleset());
    Plan plan = session.plan(envelope, terms.drain());
    ExchangeText.show(plan, reporting);
    boolean agreed = yes || !plan.changes();
    if (!agreed && Reporting.isTerminal(0)) {
      agreed = Question.isAgreed(reporting);
    }
    if (!agreed) {
      reporting.say("not applied" + (Reporting.isTerminal(0) ? "" : ": say --yes"));
      return ExitCode.CHANGES;
    }
    String running = plan.running().orElse(PlanFile.NOTHING);
    ExchangeText.printed(() -> session.rollback(name, running, terms), reporting);
    return ExitCode.OK;
  }
}
