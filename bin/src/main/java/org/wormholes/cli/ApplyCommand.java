package org.wormholes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.PlanFile;
import org.wormholes.runtime.control.PlanFormatException;
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
      "6:the engine refused; it runs what it ran before",
      "7:the engine has moved since the plan was made; nothing was changed",
      "8:a probe failed; what ran before runs again"
    })
final class ApplyCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ScriptOption script;
  @Mixin private ContactOption contacts;
  @Mixin private TermsOption terms;

  @Parameters(
      paramLabel = "FILE",
      description = "A ruleset: a script, a compiled .wh file, or a saved plan.")
  private Path file;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  /// What is to run, and for a saved plan what must run until then.
  private record Wanted(ScriptOption.Rules rules, String source, Optional<String> running) {}

  @Override
  public Integer call() throws IOException {
    terms.check();
    Wanted wanted = FileKind.of(file) == FileKind.PLAN ? saved() : written();
    if (!yes && !Reporting.isTerminal(0)) {
      return planOnly(wanted);
    }
    boolean started = startIfNone();
    ControlSession session = engine.session();
    byte[] envelope = wanted.rules().envelope();
    Plan plan = session.plan(envelope, terms.drain());
    refuseStale(wanted, plan);
    ExchangeText.show(plan, reporting);
    if (plan.changes() && !yes && !Question.isAgreed(reporting)) {
      if (started) {
        session.stop();
      }
      reporting.say("not applied");
      return ExitCode.CHANGES;
    }
    String running = plan.running().orElse(PlanFile.NOTHING);
    ExchangeText.printed(() -> session.apply(envelope, running, terms, wanted.source()), reporting);
    return ExitCode.OK;
  }

  private Wanted written() {
    return new Wanted(
        contacts.fill(script.readOrFail(file, reporting)),
        file.toAbsolutePath().toString(),
        Optional.empty());
  }

  private Wanted saved() {
    try {
      if (Files.size(file) > PlanFile.MAX_BYTES) {
        throw new CommandFailure(ExitCode.PROBLEMS, file + " is too long for a saved plan");
      }
      PlanFile plan = PlanFile.decode(Files.readAllBytes(file));
      return new Wanted(
          new ScriptOption.Rules(plan.rules().ruleset(), plan.rules().sources()),
          plan.source(),
          Optional.of(plan.running()));
    } catch (NoSuchFileException e) {
      throw new CommandFailure(ExitCode.USAGE, "there is no file " + file);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "cannot read %s: %s".formatted(file, e.getMessage()));
    } catch (PlanFormatException e) {
      throw new CommandFailure(
          ExitCode.PROBLEMS,
          "%s is not a plan that can be applied: %s"
              .formatted(file, Clean.line(String.valueOf(e.getMessage()), 300)));
    }
  }

  private static void refuseStale(Wanted wanted, Plan plan) {
    String running = plan.running().orElse(PlanFile.NOTHING);
    if (wanted.running().isPresent() && !wanted.running().get().equals(running)) {
      throw new CommandFailure(
          ExitCode.STALE,
          "the plan was made when %s ran, but %s runs by now; plan again (stale-plan)"
              .formatted(brief(wanted.running().get()), brief(running)));
    }
  }

  private static String brief(String digest) {
    return digest.equals(PlanFile.NOTHING) ? "nothing" : Clean.line(Units.brief(digest), 20);
  }

  private int planOnly(Wanted wanted) {
    Plan plan = engine.planOrOffline(wanted.rules(), terms.drain(), reporting);
    refuseStale(wanted, plan);
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
}
