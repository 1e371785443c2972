package org.wormholes.cli;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.wormholes.runtime.control.ControlApi;
import org.wormholes.runtime.store.HistoryEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `wormholes history`.
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "Show what was applied, newest first: when, what, from where, by whom.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it was shown", "4:no engine answers"})
final class HistoryCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  @Mixin private Reporting reporting;
  @Mixin private EngineOption engine;

  @Override
  public Integer call() {
    ControlSession session = engine.session();
    ControlApi.HistoryList history = session.history();
    Optional<String> running = session.status().ruleset().map(it -> it.digest());
    Paint paint = reporting.paint();
    reporting.print(history, it -> lines(it.entries(), running, paint));
    return ExitCode.OK;
  }

  private static List<String> lines(
      List<HistoryEntry> entries, Optional<String> running, Paint paint) {
    if (entries.isEmpty()) {
      return List.of("nothing was applied yet");
    }
    List<String> lines = new ArrayList<>();
    Columns columns = new Columns("");
    boolean marked = false;
    for (HistoryEntry each : entries.reversed()) {
      boolean runs =
          !marked
              && each.outcome() == HistoryEntry.Outcome.APPLIED
              && running.equals(Optional.of(each.digest()));
      marked |= runs;
      columns.row(
          (runs ? "* " : "  ") + each.number(),
          TIME.format(each.at().atZone(ZoneId.systemDefault())),
          Clean.line(each.name() + " " + each.version(), 40),
          Units.brief(each.digest()),
          outcome(each, paint),
          Clean.line(each.by(), 20),
          Clean.line(each.source(), 80));
    }
    lines.addAll(columns.lines());
    for (HistoryEntry each : entries.reversed()) {
      if (!each.detail().isEmpty()) {
        lines.add(paint.dim(each.number() + ": " + Clean.line(each.detail(), 200)));
      }
    }
    return lines;
  }

  private static String outcome(HistoryEntry entry, Paint paint) {
    return switch (entry.outcome()) {
      case APPLIED -> paint.green("applied");
      case REFUSED -> paint.red("refused");
      case ROLLED_BACK -> paint.red("taken back");
      case INTERRUPTED -> paint.yellow("interrupted");
    };
  }
}
