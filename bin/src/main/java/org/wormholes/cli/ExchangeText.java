package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.wormholes.runtime.control.ApplyReport;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.ProbeResult;

/// What an apply did, as a person reads it.
final class ExchangeText {
  private ExchangeText() {}

  static List<String> of(ApplyReport report, Paint paint) {
    List<String> lines = new ArrayList<>();
    report.probes().forEach(each -> lines.add(probe(each, paint)));
    lines.add(headline(report, paint));
    Columns ports = StatusText.listening(report.listening());
    lines.addAll(ports.isEmpty() ? List.of("  nothing: no tunnel has an entry") : ports.lines());
    return lines;
  }

  private static String headline(ApplyReport report, Paint paint) {
    String number = report.number().map(it -> " as number " + it).orElse("");
    return switch (report.outcome()) {
      case UNCHANGED -> "it runs already; listening on";
      case APPLIED ->
          "%s%s, swapped in %s%s; listening on"
              .formatted(
                  paint.green("applied"), number, Units.duration(report.swap()), drain(report));
      case ROLLED_BACK -> "%s; listening on".formatted(paint.red("taken back"));
    };
  }

  /// Said only where there are flows that it ends.
  private static String drain(ApplyReport report) {
    boolean ends =
        report.plan().steps().stream()
            .anyMatch(step -> step.flows() > 0 && !step.effect().contains("not touched"));
    return ends ? ", old flows end within " + Units.duration(report.drain()) : "";
  }

  private static String probe(ProbeResult probe, Paint paint) {
    String word = probe.passed() ? paint.green("passed") : paint.red("failed");
    return "probe of %s %s after %s: %s"
        .formatted(
            Clean.line(probe.target(), 100),
            word,
            Units.duration(probe.took()),
            Clean.line(probe.detail(), 200));
  }

  /// Prints the report of an apply. One that was taken back is printed too, and then fails the
  /// command.
  static void printed(Supplier<ApplyReport> applying, Reporting reporting) {
    Paint paint = reporting.paint();
    try {
      ApplyReport report = applying.get();
      reporting.print(report, it -> of(it, paint));
      warn(report, reporting);
    } catch (ControlSession.EngineRefusal refusal) {
      refusal
          .failure()
          .report()
          .ifPresent(report -> {
            reporting.print(report, it -> of(it, paint));
            warn(report, reporting);
          });
      throw refusal;
    }
  }

  private static void warn(ApplyReport report, Reporting reporting) {
    report.warnings().forEach(each -> reporting.say("warning: " + Clean.line(each, 300)));
  }

  /// Shows a plan, where text is wanted.
  static void show(Plan plan, Reporting reporting) {
    if (!reporting.json()) {
      PlanText.of(plan, reporting.paint()).forEach(reporting.out()::println);
      reporting.out().flush();
    }
  }
}
