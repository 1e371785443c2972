package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.runtime.control.Place;
import org.wormholes.runtime.control.Plan;
import org.wormholes.runtime.control.Plan.Change;
import org.wormholes.runtime.control.Plan.FieldChange;
import org.wormholes.runtime.control.Plan.Step;

/// How two rulesets differ, as a person reads it: the parts that do, each field with its values,
/// and below it the lines that say so.
final class DiffText {
  private static final int MAX_VALUE = 60;
  private static final int MAX_LINE = 100;

  private DiffText() {}

  static List<String> of(Plan difference, Paint paint) {
    if (!difference.changes()) {
      return List.of("no difference");
    }
    List<String> lines = new ArrayList<>();
    difference.steps().stream()
        .filter(step -> step.change() != Change.KEPT)
        .forEach(step -> lines.addAll(step(step, paint)));
    return lines;
  }

  private static List<String> step(Step step, Paint paint) {
    List<String> lines = new ArrayList<>();
    String name = Clean.line((step.part() + " " + step.name()).strip(), MAX_VALUE);
    lines.add(PlanText.sign(step.change(), paint) + " " + paint.bold(name));
    if (step.change() == Change.ADDED) {
      lines.addAll(source(step.place(), paint.green("+")));
    } else if (step.change() == Change.REMOVED) {
      lines.addAll(source(step.place(), paint.red("-")));
    }
    for (FieldChange each : step.fields()) {
      lines.add(
          "    %s  %s %s %s"
              .formatted(
                  Clean.line(each.field(), MAX_VALUE),
                  PlanText.value(each.before()),
                  paint.arrow(),
                  PlanText.value(each.after())));
      lines.addAll(source(each.was(), paint.red("-")));
      lines.addAll(source(each.place(), paint.green("+")));
    }
    return lines;
  }

  private static List<String> source(Optional<Place> place, String sign) {
    return place
        .map(it ->
            "      %s %s  %s"
                .formatted(
                    sign, Clean.line(it.brief(), MAX_VALUE), Clean.line(it.text(), MAX_LINE)))
        .stream()
        .toList();
  }
}
