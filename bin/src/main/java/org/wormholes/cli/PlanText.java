package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.runtime.control.Place;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.Plan.Change;
import org.wormholes.runtime.control.Plan.FieldChange;
import org.wormholes.runtime.control.Plan.Step;

/// A plan as a person reads it.
final class PlanText {
  private static final int MAX_VALUE = 60;

  private PlanText() {}

  static List<String> of(Plan plan, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(title(plan, paint));
    lines.add("");
    for (Step step : plan.steps()) {
      lines.addAll(step(step, paint));
    }
    lines.add("");
    lines.addAll(branches(plan, paint));
    plan.warnings().forEach(each -> lines.add(paint.yellow("warning: ") + Clean.line(each, 200)));
    lines.add(summary(plan));
    return lines;
  }

  private static List<String> branches(Plan plan, Paint paint) {
    if (plan.assumed().isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    String facts = Clean.line(String.join(", ", plan.assumed()), 200);
    lines.add(
        plan.branches().isEmpty()
            ? "with %s: nothing is decided differently".formatted(facts)
            : "with %s:".formatted(paint.bold(facts)));
    Columns columns = new Columns("  ");
    for (Plan.Branch each : plan.branches()) {
      String change = "%s %s %s".formatted(value(each.now()), paint.arrow(), value(each.then()));
      columns.row(Clean.line(each.what(), MAX_VALUE), change, at(each.place(), paint));
    }
    lines.addAll(columns.lines());
    lines.add("");
    return lines;
  }

  static String summary(Plan plan) {
    if (!plan.changes()) {
      return "nothing to change";
    }
    return "%d to add, %d to change, %d to remove, %d kept"
        .formatted(
            plan.count(Change.ADDED),
            plan.count(Change.CHANGED),
            plan.count(Change.REMOVED),
            plan.count(Change.KEPT));
  }

  private static String title(Plan plan, Paint paint) {
    String from = plan.running().map(Units::brief).orElse("nothing");
    return "%s  %s"
        .formatted(
            paint.bold(Clean.line(plan.name() + " " + plan.version(), MAX_VALUE)),
            paint.dim(from + " " + paint.arrow() + " " + Units.brief(plan.candidate())));
  }

  private static List<String> step(Step step, Paint paint) {
    List<String> lines = new ArrayList<>();
    String name = Clean.line((step.part() + " " + step.name()).strip(), MAX_VALUE);
    lines.add(
        new Columns("  ")
            .row(sign(step.change(), paint) + " " + name, at(step.place(), paint))
            .lines()
            .getFirst());
    Columns fields = new Columns("      ");
    step.fields().forEach(each -> fields.row(field(each, paint)));
    lines.addAll(fields.lines());
    if (!step.effect().isEmpty()) {
      lines.add("      " + paint.dim(Clean.line(step.effect(), 200)));
    }
    return lines;
  }

  private static String[] field(FieldChange change, Paint paint) {
    String values =
        "%s %s %s".formatted(value(change.before()), paint.arrow(), value(change.after()));
    return new String[] {change.field(), values, at(change.place(), paint)};
  }

  static String value(String text) {
    return text.isEmpty() ? "nothing" : Clean.line(text, MAX_VALUE);
  }

  static String sign(Change change, Paint paint) {
    return switch (change) {
      case ADDED -> paint.green("+");
      case CHANGED -> paint.yellow("~");
      case REMOVED -> paint.red("-");
      case KEPT -> " ";
    };
  }

  private static String at(Optional<Place> place, Paint paint) {
    return place.map(it -> paint.cyan(Clean.line(it.brief(), MAX_VALUE))).orElse("");
  }
}
