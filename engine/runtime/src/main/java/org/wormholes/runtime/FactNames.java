package org.wormholes.runtime;

import java.time.Duration;
import java.util.List;
import org.wormholes.runtime.control.FactView;
import org.wormholes.runtime.facts.FactBoard;

/// Live facts as people and programs see them.
final class FactNames {
  private FactNames() {}

  /// As a rule asks for it: `carrier_up?("tcp")`.
  static String of(FactBoard.Key key) {
    return key.of().isEmpty() ? key.fact().word() : key.fact().word() + "(\"" + key.of() + "\")";
  }

  static List<FactView> views(FactBoard board) {
    return board.lines().stream().map(FactNames::view).toList();
  }

  private static FactView view(FactBoard.Line line) {
    String value =
        line.value()
            .map(each ->
                each instanceof Duration trip
                    ? "%.1f ms".formatted(trip.toNanos() / 1e6)
                    : each.equals(true) ? "yes" : "no")
            .orElse("");
    return new FactView(
        of(line.key()),
        line.value().map(each -> each instanceof Duration ? "duration" : "yes/no").orElse(""),
        value,
        line.since(),
        line.said() ? "said" : "observed",
        line.held());
  }
}
