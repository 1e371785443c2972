package org.wormholes.cli;

import java.util.ArrayList;
import java.util.List;

/// Lines of cells, every column as wide as its widest cell.
final class Columns {
  private static final String GAP = "  ";

  private final String indent;
  private final List<List<String>> rows = new ArrayList<>();

  Columns(String indent) {
    this.indent = indent;
  }

  /// Adds a line; cells may carry colours.
  Columns row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  List<String> lines() {
    List<Integer> widths = widths();
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private List<Integer> widths() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        int width = width(row.get(i));
        if (i == widths.size()) {
          widths.add(width);
        } else {
          widths.set(i, Math.max(widths.get(i), width));
        }
      }
    }
    return widths;
  }

  private String line(List<String> row, List<Integer> widths) {
    StringBuilder line = new StringBuilder(indent);
    for (int i = 0; i < row.size(); i++) {
      line.append(row.get(i));
      if (i < row.size() - 1) {
        line.repeat(" ", widths.get(i) - width(row.get(i))).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }

  /// Without escape sequences, which take no room.
  private static int width(String cell) {
    int width = 0;
    for (int i = 0; i < cell.length(); i++) {
      if (cell.charAt(i) == '\u001b') {
        i = cell.indexOf('m', i);
      } else {
        width++;
      }
    }
    return width;
  }
}
