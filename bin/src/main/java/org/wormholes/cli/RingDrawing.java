package org.wormholes.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.wormholes.runtime.control.RingPeerView;
import org.wormholes.runtime.control.RingView;

/// A ring as this node sees it: 0 is on top, ids grow with the hands of a clock.
final class RingDrawing {
  private static final int WIDE = 45;
  private static final int HIGH = 21;
  private static final int SIZE = 640;
  private static final double RADIUS = 240;
  private static final int DIGITS = 6;

  /// Names that are written beside the ring; more would cover each other.
  private static final int MAX_NAMES = 40;

  private RingDrawing() {}

  /// For a terminal.
  static List<String> lines(RingView ring, Paint paint) {
    String[][] cells = new String[HIGH][WIDE];
    for (String[] row : cells) {
      Arrays.fill(row, " ");
    }
    for (int i = 0; i < 360; i++) {
      put(cells, i / 360.0, paint.dim(paint.drawn("·", ".")));
    }
    List<RingPeerView> known = RingText.known(ring);
    Set<RingPeerView> next = new LinkedHashSet<>(ring.successors());
    for (RingPeerView peer : known.reversed()) {
      put(
          cells,
          turn(peer),
          next.contains(peer)
              ? paint.green(paint.drawn("●", "o"))
              : ring.predecessor().filter(peer::equals).isPresent()
                  ? paint.cyan(paint.drawn("◐", "p"))
                  : paint.drawn("○", "f"));
    }
    put(
        cells,
        turn(ring.self()),
        paint.bold(ring.member() ? paint.drawn("◆", "*") : paint.drawn("◇", "?")));
    List<String> lines = new ArrayList<>();
    for (String[] row : cells) {
      lines.add(String.join("", row).stripTrailing());
    }
    lines.add("");
    lines.add(
        "%s this node%s   %s successors   %s predecessor   %s fingers   0 is on top"
            .formatted(
                ring.member() ? paint.drawn("◆", "*") : paint.drawn("◇", "?"),
                ring.member() ? "" : " (no member)",
                paint.drawn("●", "o"),
                paint.drawn("◐", "p"),
                paint.drawn("○", "f")));
    return lines;
  }

  private static void put(String[][] cells, double turn, String what) {
    double angle = turn * 2 * Math.PI;
    int x = (int) Math.round((WIDE - 1) / 2.0 * (1 + Math.sin(angle)));
    int y = (int) Math.round((HIGH - 1) / 2.0 * (1 - Math.cos(angle)));
    cells[y][x] = what;
  }

  /// Where a member stands, as a part of the whole ring.
  private static double turn(RingPeerView peer) {
    return Long.parseLong(peer.id().substring(0, 12), 16) / (double) (1L << 48);
  }

  /// As a picture of its own, without scripts, fonts or colours from elsewhere.
  static String svg(RingView ring) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">\n"
            .formatted(SIZE, SIZE));
    svg.append("  <title>Ring of ").append(escaped(ring.network())).append("</title>\n");
    svg.append("  <rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n".formatted(SIZE, SIZE));
    svg.append(
        String.format(
            Locale.ROOT,
            "  <circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"none\" stroke=\"#888\"/>\n",
            SIZE / 2.0,
            SIZE / 2.0,
            RADIUS));
    List<RingPeerView> known = RingText.known(ring);
    Set<RingPeerView> next = new LinkedHashSet<>(ring.successors());
    for (RingPeerView peer : known) {
      line(svg, ring.self(), peer, next.contains(peer) ? "#2a7f3f" : "#5a7fbf");
    }
    boolean named = known.size() <= MAX_NAMES;
    for (RingPeerView peer : known) {
      dot(svg, peer, 5, next.contains(peer) ? "#2a7f3f" : "#5a7fbf", named);
    }
    dot(svg, ring.self(), 8, ring.member() ? "#c03020" : "#bbb", true);
    return svg.append("</svg>\n").toString();
  }

  private static void line(StringBuilder svg, RingPeerView from, RingPeerView to, String colour) {
    svg.append(
        String.format(
            Locale.ROOT,
            "  <line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-opacity=\"0.4\"/>\n",
            x(from, RADIUS),
            y(from, RADIUS),
            x(to, RADIUS),
            y(to, RADIUS),
            colour));
  }

  private static void dot(
      StringBuilder svg, RingPeerView peer, int radius, String colour, boolean named) {
    svg.append(
        String.format(
            Locale.ROOT,
            "  <circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\"><title>%s</title></circle>\n",
            x(peer, RADIUS),
            y(peer, RADIUS),
            radius,
            colour,
            escaped(peer.node())));
    if (named) {
      double x = x(peer, RADIUS + 14);
      svg.append(
          String.format(
              Locale.ROOT,
              "  <text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s %s</text>\n",
              x,
              y(peer, RADIUS + 14),
              x < SIZE / 2.0 ? "end" : "start",
              escaped(peer.nickname()),
              escaped(peer.id().substring(0, DIGITS))));
    }
  }

  private static double x(RingPeerView peer, double radius) {
    return SIZE / 2.0 + radius * Math.sin(turn(peer) * 2 * Math.PI);
  }

  private static double y(RingPeerView peer, double radius) {
    return SIZE / 2.0 - radius * Math.cos(turn(peer) * 2 * Math.PI);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
