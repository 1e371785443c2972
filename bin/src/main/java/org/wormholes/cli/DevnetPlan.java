package org.wormholes.cli;

import java.util.List;
import java.util.Locale;

/// What each node of a local network is: no two alike, the same on every run.
final class DevnetPlan {
  private static final List<String> COUNTRIES =
      List.of("SE", "CH", "IS", "NL", "FI", "DE", "CZ", "PT", "EE", "JP", "CA", "NZ");
  private static final long SLOWEST = 20_000_000;
  private static final boolean HAS_SUBNETS =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");

  private DevnetPlan() {}

  /// One node.
  record NodePlan(String host, boolean exit, String operator, String country, long bandwidth) {}

  /// Every third node is an exit, the last one always.
  static NodePlan node(int index, int count) {
    return new NodePlan(
        HAS_SUBNETS ? "127.0." + (index + 1) + ".1" : "127.0.0.1",
        index % 3 == 2 || index == count - 1,
        "devnet-" + (index + 1),
        COUNTRIES.get(index % COUNTRIES.size()),
        SLOWEST * (1 + index % 5));
  }
}
