package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.wormholes.runtime.control.Place;
import org.wormholes.runtime.control.Simulation;
import org.wormholes.runtime.control.Simulation.Cause;
import org.wormholes.runtime.control.Simulation.HopSpread;
import org.wormholes.runtime.control.Simulation.Observer;
import org.wormholes.runtime.control.Simulation.PartObserver;
import org.wormholes.runtime.control.Simulation.SplitOutcome;
import org.wormholes.runtime.control.Simulation.Spread;
import org.wormholes.runtime.control.Simulation.TunnelOutcome;

/// A simulation as a person reads it.
final class SimulationText {
  private static final int BAR = 24;
  private static final int MAX_CAUSES = 5;

  private SimulationText() {}

  static List<String> of(Simulation simulation, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s on %s, seed %d"
            .formatted(
                paint.bold(Clean.line(simulation.ruleset(), 80)),
                Units.count(simulation.nodes(), "node"),
                simulation.seed()));
    for (TunnelOutcome tunnel : simulation.tunnels()) {
      lines.add("");
      lines.addAll(tunnel(tunnel, paint));
    }
    for (SplitOutcome split : simulation.splits()) {
      lines.add("");
      lines.addAll(split(split, paint));
    }
    return lines;
  }

  private static List<String> split(SplitOutcome split, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "split %s  %s, over %d circuits each"
            .formatted(
                paint.bold(Clean.line(split.group(), 80)),
                found(split.found(), split.flows(), "flow", paint),
                split.parts()));
    lines.addAll(blocked(split.blocked(), paint));
    split
        .exit()
        .ifPresent(exit -> {
          lines.add(
              "  parts apart in %s of flows%s"
                  .formatted(
                      percent(split.apart()),
                      paint.dim(": there no relay before the exit serves two")));
          Columns columns = new Columns("  ");
          row(columns, "exit", exit, exit.bits(), "", paint);
          lines.addAll(columns.lines());
        });
    if (!split.worst().isEmpty()) {
      lines.add("  who sees most" + paint.dim(", as share of flows"));
      Columns columns = new Columns("    ");
      for (PartObserver each : split.worst()) {
        columns.row(
            each.kind(),
            name(each.kind(), each.name()),
            bar(each.both(), paint),
            both(each.both(), paint),
            "several entries " + percent(each.several()),
            "an entry " + percent(each.one()));
      }
      lines.addAll(columns.lines());
    }
    return lines;
  }

  private static String found(int found, int tried, String what, Paint paint) {
    String share = "%s of %,d %ss".formatted(percent((double) found / tried), tried, what);
    return found == tried
        ? paint.green(share)
        : found == 0 ? paint.red("no " + what) : paint.yellow(share);
  }

  private static List<String> blocked(List<Cause> causes, Paint paint) {
    return causes.stream()
        .limit(MAX_CAUSES)
        .map(each -> "  " + paint.red("blocked") + " " + cause(each, paint))
        .toList();
  }

  private static String name(String kind, String name) {
    return Clean.line(kind.equals("relay") ? Units.brief(name) : name, 40);
  }

  private static String both(double share, Paint paint) {
    String both = "both ends " + percent(share);
    return share > 0.1 ? paint.red(both) : share > 0 ? paint.yellow(both) : both;
  }

  private static List<String> tunnel(TunnelOutcome tunnel, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "tunnel "
            + paint.bold(Clean.line(tunnel.tunnel(), 80))
            + "  "
            + found(tunnel.found(), tunnel.paths(), "path", paint));
    lines.addAll(blocked(tunnel.blocked(), paint));
    tunnel
        .roundTrip()
        .ifPresent(it ->
            lines.add(
                "  round trip  median %s, 95 %% within %s%s"
                    .formatted(
                        Units.duration(it.median()),
                        Units.duration(it.p95()),
                        it.known() == tunnel.found()
                            ? ""
                            : paint.dim(
                                " (of %,d paths that were measured)".formatted(it.known())))));
    tunnel.path().ifPresent(path -> lines.addAll(spreads(tunnel, path, paint)));
    if (!tunnel.worst().isEmpty()) {
      lines.add("  who sees most" + paint.dim(", as share of paths"));
      lines.addAll(observers(tunnel.worst(), paint));
    }
    return lines;
  }

  private static String cause(Cause cause, Paint paint) {
    String at = cause.place().map(Place::brief).map(it -> "  " + paint.cyan(it)).orElse("");
    return "%,d times: %s%s".formatted(cause.paths(), Clean.line(cause.why(), 200), at);
  }

  private static List<String> spreads(TunnelOutcome tunnel, Spread path, Paint paint) {
    double most =
        Math.max(
            path.bits(),
            tunnel.hops().stream().mapToDouble(hop -> hop.spread().bits()).max().orElse(0));
    Columns columns = new Columns("  ");
    for (HopSpread hop : tunnel.hops()) {
      String name = "hop " + hop.hop() + (hop.role().equals("exit") ? ", exit" : "");
      String busiest =
          "busiest %s %s"
              .formatted(Clean.line(hop.busiest().nickname(), 20), percent(hop.busiest().share()));
      row(columns, name, hop.spread(), most, busiest, paint);
    }
    String note = tunnel.pathIsFloor() ? "at least: more paths would show more" : "";
    row(columns, "path", path, most, note, paint);
    return columns.lines();
  }

  private static void row(
      Columns columns, String name, Spread spread, double most, String note, Paint paint) {
    columns.row(
        name,
        bar(most == 0 ? 0 : spread.bits() / most, paint),
        "%4.1f bits".formatted(spread.bits()),
        "as one of %s".formatted(number(spread.effectiveSet())),
        paint.dim(note));
  }

  private static List<String> observers(List<Observer> observers, Paint paint) {
    Columns columns = new Columns("    ");
    for (Observer each : observers) {
      columns.row(
          each.kind(),
          name(each.kind(), each.name()),
          bar(each.both(), paint),
          both(each.both(), paint),
          "entry " + percent(each.entry()),
          "exit " + percent(each.exit()));
    }
    return columns.lines();
  }

  /// A bar of fixed width, in eighths where they can be drawn.
  static String bar(double share, Paint paint) {
    int eighths = (int) Math.round(Math.clamp(share, 0, 1) * BAR * 8);
    if (!paint.drawing()) {
      int full = (eighths + 4) / 8;
      return "[" + "#".repeat(full) + " ".repeat(BAR - full) + "]";
    }
    String part = " ▏▎▍▌▋▊▉".substring(eighths % 8, eighths % 8 + 1).strip();
    String drawn = "█".repeat(eighths / 8) + part;
    return drawn + "·".repeat(BAR - drawn.length());
  }

  private static String percent(double share) {
    double value = share * 100;
    String format = value == 0 || value == 100 || value >= 9.95 ? "%.0f %%" : "%.1f %%";
    return String.format(Locale.ROOT, format, value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 99.5 ? "%.1f" : "%,.0f", value);
  }
}
