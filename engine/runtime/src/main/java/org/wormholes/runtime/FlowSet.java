package org.wormholes.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The streams that one circuit carries, as bridges to their connections.
final class FlowSet {
  private final Set<StreamBridge> bridges = new HashSet<>();

  /// Payload that went from connections to streams since the circuit began, in bytes.
  long bytesIn;

  /// Payload that went from streams to connections, in bytes.
  long bytesOut;

  void add(StreamBridge bridge) {
    bridges.add(bridge);
  }

  void remove(StreamBridge bridge) {
    bridges.remove(bridge);
  }

  int size() {
    return bridges.size();
  }

  List<StreamBridge> all() {
    return List.copyOf(bridges);
  }

  /// Since when the slowest reader has not taken what was sent to it, `Long.MAX_VALUE` if all do.
  long stalledSince() {
    long oldest = Long.MAX_VALUE;
    for (StreamBridge bridge : bridges) {
      oldest = Math.min(oldest, bridge.stalledSince());
    }
    return oldest;
  }
}
