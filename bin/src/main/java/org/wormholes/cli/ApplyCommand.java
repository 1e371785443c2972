package org.wormholes.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.ApplyReport;
import org.wormholes.runtime.control.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes apply`.
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description = {
      "Make a ruleset what the engine runs.",
      "Shows the plan and asks first; starts an engine in the background if none runs."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it runs",
      "2:the file cannot be read",
      "3:the ruleset has problems",
      "4:the engine does not answer, or could not be started",
      "5:there are changes, and nobody said yes",
      "6:the engine refused; it runs what it ran before"
    })
final class ApplyCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ScriptOption script;
  @Mixin private ContactOption contacts;

  @Parameters(paramLabel = "FILE", description = "A ruleset: a script, or a compiled .wh file.")
  private Path file;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Override
  public Integer call() throws IOException {
    ScriptOption.Rules rules = contacts.fill(script.readOrFail(file, reporting));
    if (!yes && !Reporting.isTerminal(0)) {
      return planOnly(rules);
    }
    boolean started = startIfNone();
    ControlSession session = engine.session();
    Plan plan = session.plan(rules.envelope());
    Paint paint = reporting.paint();
    if (!reporting.json()) {
      PlanText.of(plan, paint).forEach(reporting.out()::println);
      reporting.out().flush();
    }
    if (plan.changes() && !yes && !isAgreed()) {
      if (started) {
        session.stop();
      }
      reporting.say("not applied");
      return ExitCode.CHANGES;
    }
    ApplyReport report = session.apply(rules.envelope(), plan.running().orElse("none"));
    reporting.print(report, it -> outcome(it, plan, paint));
    report.warnings().forEach(each -> reporting.say("warning: " + Clean.line(each, 300)));
    return ExitCode.OK;
  }

  private int planOnly(ScriptOption.Rules rules) {
    Plan plan = engine.planOrOffline(rules, reporting);
    Paint paint = reporting.paint();
    reporting.print(plan, it -> PlanText.of(it, paint));
    if (!plan.changes()) {
      return ExitCode.OK;
    }
    reporting.say("not applied: nobody can be asked here; say --yes");
    return ExitCode.CHANGES;
  }

  private boolean startIfNone() throws IOException {
    if (engine.answers()) {
      return false;
    }
    if (!engine.isDefault()) {
      throw new CommandFailure(ExitCode.NO_ENGINE, "no engine answers at " + engine.socket());
    }
    Path log = Locations.state().resolve("engine.log");
    reporting.say("no engine runs: starting one in the background (its log: " + log + ")");
    EngineLauncher.detached(List.of(), log);
    return true;
  }

  private boolean isAgreed() throws IOException {
    reporting.err().print("apply? [y/N] ");
    reporting.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
    return answer != null && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
  }

  private static List<String> outcome(ApplyReport report, Plan plan, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        plan.changes()
            ? paint.green("applied") + "; listening on"
            : "it runs already; listening on");
    Columns ports = StatusText.listening(report.listening());
    lines.addAll(ports.isEmpty() ? List.of("  nothing: no tunnel has an entry") : ports.lines());
    return lines;
  }
}
