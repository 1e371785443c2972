package org.wormholes.runtime;

import java.util.HashMap;
import java.util.Map;
import org.wormholes.runtime.control.Simulation.Spread;

/// How often each thing was picked.
final class Tally<T> {
  private static final double LOG_2 = Math.log(2);

  private final Map<T, Integer> counts = new HashMap<>();
  private int total;

  void count(T thing) {
    counts.merge(thing, 1, Integer::sum);
    total++;
  }

  int total() {
    return total;
  }

  int distinct() {
    return counts.size();
  }

  int of(T thing) {
    return counts.getOrDefault(thing, 0);
  }

  Map<T, Integer> counts() {
    return counts;
  }

  /// Entropy of what was picked, as it was seen.
  Spread spread() {
    double bits = 0;
    for (int count : counts.values()) {
      double share = (double) count / total;
      bits -= share * Math.log(share) / LOG_2;
    }
    double most = Math.log(Math.max(1, counts.size())) / LOG_2;
    bits = Math.max(0, bits);
    return new Spread(bits, Math.pow(2, bits), most == 0 ? 0 : bits / most, counts.size());
  }
}
