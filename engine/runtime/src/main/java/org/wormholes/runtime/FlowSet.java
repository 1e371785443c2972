package org.wormholes.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The streams that one circuit carries, with what hangs on them.
final class FlowSet {
  private final Set<Carried> carried = new HashSet<>();

  /// Payload that went from connections to streams since the circuit began, in bytes.
  long bytesIn;

  /// Payload that went from streams to connections, in bytes.
  long bytesOut;

  void add(Carried flow) {
    carried.add(flow);
  }

  void remove(Carried flow) {
    carried.remove(flow);
  }

  int size() {
    return carried.size();
  }

  List<Carried> all() {
    return List.copyOf(carried);
  }

  /// Takes all of them off the circuit, which is over.
  List<Carried> letGo() {
    List<Carried> left = all();
    left.forEach(flow -> flow.carriedBy(null));
    return left;
  }

  /// Since when the slowest reader has not taken what was sent to it, `Long.MAX_VALUE` if all do.
  long stalledSince() {
    long oldest = Long.MAX_VALUE;
    for (Carried flow : carried) {
      oldest = Math.min(oldest, flow.stalledSince());
    }
    return oldest;
  }
}
