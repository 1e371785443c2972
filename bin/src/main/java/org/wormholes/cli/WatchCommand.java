package org.wormholes.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.PlanFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wormholes watch`.
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Apply a ruleset each time it is saved, or one of the lists it reads.",
      "Shows the plan each time and waits for y and Return; a file with mistakes changes nothing."
          + " Ends with Ctrl-C, or when the input ends where it asks."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the input has ended", "2:the file cannot be watched", "4:no engine answers"})
final class WatchCommand implements Callable<Integer> {
  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;
  @Mixin private ScriptOption script;
  @Mixin private ContactOption contacts;
  @Mixin private TermsOption terms;

  @Parameters(paramLabel = "FILE", description = "A ruleset: a script, or a compiled .wh file.")
  private Path file;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  /// What wakes the command.
  private sealed interface Event {
    record Saved() implements Event {}

    record Said(String line) implements Event {}

    record Over() implements Event {}
  }

  /// What was shown and waits for a yes.
  private record Shown(ScriptOption.Rules rules, Plan plan) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  @Override
  public Integer call() throws IOException {
    terms.check();
    if (!engine.answers()) {
      throw new CommandFailure(ExitCode.NO_ENGINE, "no engine answers at " + engine.socket());
    }
    try (FileWatch watch = FileWatch.open(() -> events.add(new Event.Saved()))) {
      if (!yes) {
        Thread.ofPlatform().daemon().start(this::listen);
      }
      Optional<Shown> shown = look(watch);
      while (true) {
        switch (next()) {
          case Event.Saved _ -> shown = look(watch);
          case Event.Said(String line) -> {
            if (Question.isYes(line)) {
              shown.ifPresent(this::apply);
            } else {
              reporting.say("not applied");
            }
            shown = Optional.empty();
          }
          case Event.Over _ -> {
            reporting.say("the input has ended, and with it the watch; --yes asks nothing");
            return ExitCode.OK;
          }
        }
      }
    }
  }

  private Event next() {
    try {
      return events.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Event.Over();
    }
  }

  /// Reads the file again and shows what it would change; with --yes, changes it.
  private Optional<Shown> look(FileWatch watch) {
    Set<Path> read = new LinkedHashSet<>();
    Consumer<Path> reads =
        each -> {
          watch.add(each);
          read.add(each);
        };
    reads.accept(file);
    try {
      ScriptOption.Rules rules = contacts.fill(script.readOrFail(file, reporting, reads));
      Plan plan = engine.session().plan(rules.envelope(), terms.drain());
      if (!plan.changes()) {
        reporting.say("%s: nothing to change".formatted(file));
        return Optional.empty();
      }
      Shown shown = new Shown(rules, plan);
      ExchangeText.show(plan, reporting);
      if (yes) {
        apply(shown);
        return Optional.empty();
      }
      reporting.err().print(Question.APPLY);
      reporting.err().flush();
      return Optional.of(shown);
    } catch (CommandFailure e) {
      tell(e);
      return Optional.empty();
    } finally {
      watch.only(read);
    }
  }

  private void apply(Shown shown) {
    ControlSession session = engine.session();
    String running = shown.plan().running().orElse(PlanFile.NOTHING);
    try {
      ExchangeText.printed(
          () ->
              session.apply(
                  shown.rules().envelope(), running, terms, file.toAbsolutePath().toString()),
          reporting);
    } catch (CommandFailure e) {
      tell(e);
    }
  }

  private void tell(CommandFailure failure) {
    reporting.say("wormholes: " + failure.getMessage());
    reporting.say("what ran before still runs");
  }

  private void listen() {
    try {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        events.add(new Event.Said(line));
      }
    } catch (IOException e) {
      reporting.say("wormholes: the input cannot be read: " + e.getMessage());
    }
    events.add(new Event.Over());
  }
}
