package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.HopView;

/// The way of a page, drawn from the top down with the time of each link.
final class PathDrawing {
  private PathDrawing() {}

  /// @param circuit the circuit that carried it
  /// @param start what the application used
  /// @param end what came of it, at the destination
  static List<String> of(CircuitView circuit, String start, String end, Paint paint) {
    List<String> lines = new ArrayList<>();
    lines.add(stop(paint, "○", "o", paint.bold("you") + "  " + start));
    for (HopView hop : circuit.hops()) {
      lines.addAll(leg(hop, paint));
      lines.add(stop(paint, "◆", "*", hop(hop, paint)));
    }
    lines.add(line(paint, "from the exit on", true));
    lines.add(arrow(paint, true));
    lines.add(stop(paint, "●", "o", end));
    return lines;
  }

  private static List<String> leg(HopView hop, Paint paint) {
    String time = hop.roundTrip().map(Units::duration).map(paint::green).orElse("not measured");
    return List.of(line(paint, time, false), arrow(paint, false));
  }

  private static String stop(Paint paint, String beautiful, String plain, String text) {
    return "  " + paint.drawn(beautiful, plain) + " " + text;
  }

  private static String line(Paint paint, String text, boolean outside) {
    String bar = outside ? paint.drawn("┆", ":") : paint.drawn("│", "|");
    return "  %s   %s".formatted(bar, paint.dim(text));
  }

  private static String arrow(Paint paint, boolean outside) {
    return "  " + (outside ? paint.drawn("▽", "v") : paint.drawn("▼", "v"));
  }

  private static String hop(HopView hop, Paint paint) {
    return new Columns("")
        .row(
            paint.bold(Clean.line(hop.nickname(), 20)),
            hop.role(),
            paint.dim(Clean.line(hop.address(), 60)))
        .lines()
        .getFirst();
  }
}
