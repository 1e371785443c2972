package org.wormholes.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.wormholes.runtime.control.Candidate;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.runtime.control.Explanation.BeatenRule;
import org.wormholes.runtime.control.Explanation.CarrierChoice;
import org.wormholes.runtime.control.Explanation.ClauseSaying;
import org.wormholes.runtime.control.Explanation.ExitOutcome;
import org.wormholes.runtime.control.Explanation.GroupChoice;
import org.wormholes.runtime.control.Explanation.GroupMember;
import org.wormholes.runtime.control.Explanation.MarkGained;
import org.wormholes.runtime.control.Explanation.PathExplanation;
import org.wormholes.runtime.control.HopCandidates;
import org.wormholes.runtime.control.Place;
import org.wormholes.runtime.control.Settling;

/// An explanation as a person reads it.
final class ExplanationText {
  private static final int MAX_TEXT = 70;
  private static final int MAX_SCORED = 5;
  private static final int MAX_VALUES = 3;

  private ExplanationText() {}

  static List<String> of(Explanation told, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        paint.bold(Clean.line(told.flow(), 300))
            + " "
            + paint.arrow()
            + " "
            + verdict(told, paint));
    if (!told.given().isEmpty()) {
      lines.add("  " + paint.dim("with " + Clean.line(String.join(", ", told.given()), 300)));
    }
    lines.addAll(
        new Columns("  ")
            .row(place(told.place(), paint), source(told.place())).lines().stream()
                .filter(line -> !line.isBlank())
                .toList());
    String because = told.because().isEmpty() ? "" : ": " + Clean.line(told.because(), 200);
    lines.add("  " + Clean.line(told.reason(), 300) + because);
    if (told.depends()) {
      lines.add("  " + paint.yellow("it depends: the exit may refuse the address of the name"));
    }
    if (!told.marks().isEmpty()) {
      lines.add("marks");
      lines.addAll(marks(told.marks(), paint));
    }
    if (!told.beaten().isEmpty()) {
      lines.add("other routes");
      lines.addAll(beaten(told, paint));
    }
    told.group().ifPresent(group -> lines.addAll(group(group, paint)));
    told.path().ifPresent(path -> lines.addAll(path(path, told.live(), paint)));
    if (!told.resolution().isEmpty()) {
      lines.add("name");
      lines.add("  " + Clean.line(told.resolution(), 200));
    }
    return lines;
  }

  private static String verdict(Explanation told, Paint paint) {
    String tunnel = "tunnel " + Clean.line(told.tunnel(), MAX_TEXT);
    String group =
        told.group().map(it -> " of group " + Clean.line(it.group(), MAX_TEXT)).orElse("");
    return switch (told.outcome()) {
      case "tunnel" -> paint.green(tunnel) + group;
      case "gateway" -> paint.green("gateway " + Clean.line(told.tunnel(), MAX_TEXT)) + group;
      case "refuse" ->
          switch (told.verdict()) {
            case "refuse" -> paint.red("refused");
            case "gateway" ->
                paint.red("not taken by gateway " + Clean.line(told.tunnel(), MAX_TEXT)) + group;
            default -> paint.red("refused by the exit of " + tunnel) + group;
          };
      default -> paint.yellow(Clean.line(told.outcome(), MAX_TEXT));
    };
  }

  private static List<String> marks(List<MarkGained> marks, Paint paint) {
    Columns columns = new Columns("  ");
    marks.forEach(it -> columns.row(place(it.place(), paint), Clean.line(it.mark(), MAX_TEXT)));
    return columns.lines();
  }

  private static List<String> beaten(Explanation told, Paint paint) {
    Columns columns = new Columns("  ");
    for (BeatenRule each : told.beaten()) {
      columns.row(
          place(each.place(), paint),
          Clean.line(each.verdict(), MAX_TEXT),
          Clean.line(each.why(), 160));
    }
    List<String> lines = new ArrayList<>(columns.lines());
    int more = told.otherRoutes() - told.beaten().size();
    if (more > 0) {
      lines.add("  " + paint.dim("and %,d more".formatted(more)));
    }
    return lines;
  }

  private static List<String> group(GroupChoice group, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add("group %s, %s".formatted(Clean.line(group.group(), MAX_TEXT), group.kind()));
    if (!group.member().isEmpty()) {
      lines.add("  takes %s: %s".formatted(Clean.line(group.member(), MAX_TEXT), group.why()));
    } else {
      lines.add("  " + paint.red(Clean.line(group.why(), 200)));
    }
    Columns columns = new Columns("  ");
    for (GroupMember each : group.members()) {
      columns.row(
          Clean.line(each.tunnel(), MAX_TEXT),
          each.roundTrip().map(Units::duration).orElse(""),
          each.usable() ? each.why() : paint.red(Clean.line(each.why(), 160)));
    }
    lines.addAll(columns.lines());
    return lines;
  }

  private static List<String> path(PathExplanation path, boolean live, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add("path over network " + Clean.line(path.network(), MAX_TEXT));
    if (live) {
      path.hops().forEach(hop -> lines.addAll(hop(hop, paint)));
    } else {
      lines.add("  " + paint.dim("which nodes may serve is known to a running engine only"));
    }
    path.problem().ifPresent(it -> lines.add("  " + paint.red("blocked: " + Clean.line(it, 300))));
    lines.add("  kept apart by " + Clean.line(path.isolation(), 200));
    lines.add("carriers of the first link");
    Columns carriers = new Columns("  ");
    for (CarrierChoice each : path.carriers()) {
      String name = Clean.line(each.carrier(), MAX_TEXT);
      carriers.row(each.chosen() ? paint.green(name) : name, Clean.line(each.why(), 160));
    }
    lines.addAll(carriers.lines());
    lines.add("exit");
    lines.addAll(exit(path.exit(), paint));
    return lines;
  }

  private static List<String> exit(ExitOutcome exit, Paint paint) {
    String word =
        switch (exit.verdict()) {
          case "allow" -> paint.green("allowed");
          case "refuse" -> paint.red("refused");
          default -> paint.yellow("decided after resolution");
        };
    List<String> lines =
        new ArrayList<>(
            new Columns("  ")
                .row(word, place(exit.place(), paint), Clean.line(exit.cause(), 200))
                .lines());
    Columns clauses = new Columns("    ");
    for (ClauseSaying each : exit.clauses()) {
      String says =
          switch (each.matches()) {
            case "yes" -> "matches";
            case "no" -> "does not match";
            default -> "depends on the address";
          };
      clauses.row(place(each.place(), paint), each.action(), says, Clean.line(each.why(), 160));
    }
    lines.addAll(clauses.lines());
    return lines;
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
    lines.addAll(excluded(hop, paint));
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

  /// The nodes that one and the same part of a clause excludes are told of together.
  private static List<String> excluded(HopCandidates hop, Paint paint) {
    Map<String, List<Candidate>> causes =
        hop.candidates().stream()
            .filter(it -> !it.eligible())
            .collect(
                Collectors.groupingBy(
                    it -> it.cause() + " " + place(it.place(), paint),
                    LinkedHashMap::new,
                    Collectors.toList()));
    Columns columns = new Columns("      ");
    for (List<Candidate> alike : causes.values()) {
      Candidate one = alike.getFirst();
      columns.row(
          "%d not: %s".formatted(alike.size(), Clean.line(one.cause(), 160)),
          place(one.place(), paint),
          values(alike));
    }
    return columns.lines();
  }

  private static String values(List<Candidate> alike) {
    List<String> values =
        alike.stream()
            .flatMap(it -> it.because().stream())
            .map(Settling::values)
            .filter(it -> !it.isEmpty())
            .distinct()
            .map(it -> Clean.line(it, MAX_TEXT))
            .toList();
    String more = values.size() > MAX_VALUES ? "; …" : "";
    return String.join("; ", values.subList(0, Math.min(values.size(), MAX_VALUES))) + more;
  }

  private static String place(Optional<Place> place, Paint paint) {
    return place.map(it -> paint.cyan(Clean.line(it.brief(), MAX_TEXT))).orElse("");
  }

  private static String source(Optional<Place> place) {
    return place.map(it -> Clean.line(it.text().strip(), MAX_TEXT)).orElse("");
  }
}
