package org.wormholes.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.runtime.control.Candidate;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.Explanation.BeatenRule;
import org.wormholes.runtime.control.Explanation.ExitOutcome;
import org.wormholes.runtime.control.Explanation.PathExplanation;
import org.wormholes.runtime.control.HopCandidates;
import org.wormholes.runtime.control.Place;

/// An explanation as a person reads it.
final class ExplanationText {
  private static final int MAX_TEXT = 70;
  private static final int MAX_SCORED = 5;

  private ExplanationText() {}

  static List<String> of(Explanation told, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        paint.bold(Clean.line(told.flow(), 300))
            + " "
            + paint.arrow()
            + " "
            + verdict(told, paint));
    lines.addAll(
        new Columns("  ")
            .row(place(told.place(), paint), source(told.place())).lines().stream()
                .filter(line -> !line.isBlank())
                .toList());
    lines.add("  " + Clean.line(told.reason(), 300));
    if (!told.beaten().isEmpty()) {
      lines.add("other routes");
      lines.addAll(beaten(told.beaten(), paint));
    }
    told.path().ifPresent(path -> lines.addAll(path(path, told.live(), paint)));
    if (!told.resolution().isEmpty()) {
      lines.add("name");
      lines.add("  " + Clean.line(told.resolution(), 200));
    }
    return lines;
  }

  private static String verdict(Explanation told, Paint paint) {
    return switch (told.verdict()) {
      case "tunnel" -> paint.green("tunnel " + Clean.line(told.tunnel(), MAX_TEXT));
      case "refuse" -> paint.red("refused");
      default -> paint.yellow(Clean.line(told.verdict(), MAX_TEXT));
    };
  }

  private static List<String> beaten(List<BeatenRule> rules, Paint paint) {
    Columns columns = new Columns("  ");
    for (BeatenRule each : rules) {
      columns.row(
          place(each.place(), paint),
          Clean.line(each.verdict(), MAX_TEXT),
          Clean.line(each.why(), 120));
    }
    return columns.lines();
  }

  private static List<String> path(PathExplanation path, boolean live, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "path over network %s, carried by %s"
            .formatted(
                Clean.line(path.network(), MAX_TEXT),
                Clean.line(String.join(", then ", path.carriers()), MAX_TEXT)));
    if (live) {
      path.hops().forEach(hop -> lines.addAll(hop(hop, paint)));
    } else {
      lines.add("  " + paint.dim("which nodes may serve is known to a running engine only"));
    }
    path.problem().ifPresent(it -> lines.add("  " + paint.red("blocked: " + Clean.line(it, 300))));
    lines.add("  kept apart by " + Clean.line(path.isolation(), 200));
    lines.add("exit");
    lines.add(exit(path.exit(), paint));
    return lines;
  }

  private static String exit(ExitOutcome exit, Paint paint) {
    String word =
        switch (exit.verdict()) {
          case "allow" -> paint.green("allowed");
          case "refuse" -> paint.red("refused");
          default -> paint.yellow("decided after resolution");
        };
    return new Columns("  ")
        .row(word, place(exit.place(), paint), Clean.line(exit.cause(), 200))
        .lines()
        .getFirst();
  }

  private static List<String> hop(HopCandidates hop, Paint paint) {
    List<Candidate> fit = hop.candidates().stream().filter(Candidate::eligible).toList();
    List<String> lines = new ArrayList<>();
    String count =
        fit.size() + " of " + Units.count(hop.candidates().size(), "node") + " may serve";
    lines.add(
        "  hop %d, %s: %s"
            .formatted(hop.hop(), hop.role(), fit.isEmpty() ? paint.red(count) : count));
    scored(fit).ifPresent(best -> lines.add("      preferred: " + best));
    Columns excluded = new Columns("      ");
    causes(hop, paint).forEach((cause, number) -> excluded.row(number + " not: " + cause));
    lines.addAll(excluded.lines());
    return lines;
  }

  private static Optional<String> scored(List<Candidate> fit) {
    List<String> best =
        fit.stream()
            .filter(it -> it.score().isPresent())
            .sorted((a, b) -> Double.compare(b.score().orElse(0), a.score().orElse(0)))
            .limit(MAX_SCORED)
            .map(it -> "%s (%.3g)".formatted(Clean.line(it.nickname(), 20), it.score().orElse(0)))
            .toList();
    return best.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", best));
  }

  private static Map<String, Integer> causes(HopCandidates hop, Paint paint) {
    Map<String, Integer> causes = new LinkedHashMap<>();
    for (Candidate each : hop.candidates()) {
      if (!each.eligible()) {
        String cause = Clean.line(each.excludedBy(), MAX_TEXT);
        String at = place(each.place(), paint);
        causes.merge(at.isEmpty() ? cause : cause + "  " + at, 1, Integer::sum);
      }
    }
    return causes;
  }

  private static String place(Optional<Place> place, Paint paint) {
    return place.map(it -> paint.cyan(Clean.line(it.brief(), MAX_TEXT))).orElse("");
  }

  private static String source(Optional<Place> place) {
    return place.map(it -> Clean.line(it.text().strip(), MAX_TEXT)).orElse("");
  }
}
