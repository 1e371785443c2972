package org.wormholes.runtime;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.wormholes.protocol.crypto.NodeId;

/// Round trips to nodes as this node measured them, in nanoseconds: on a link, or through a circuit
/// that ends there. Used from every loop.
final class RoundTrips {
  private static final int MAX_NODES = 16_384;

  private final Map<NodeId, Long> nanos = new ConcurrentHashMap<>();

  OptionalLong find(NodeId node) {
    Long known = nanos.get(node);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known);
  }

  /// Takes in a sample; the first counts whole.
  void sample(NodeId node, long roundTripNanos) {
    if (nanos.size() < MAX_NODES || nanos.containsKey(node)) {
      nanos.merge(node, roundTripNanos, RoundTrips::smoothed);
    }
  }

  /// A lower sample counts at once, a higher one by a quarter: a busy machine only ever adds.
  static long smoothed(long old, long fresh) {
    return fresh < old ? fresh : old + (fresh - old) / 4;
  }

  void forget(NodeId node) {
    nanos.remove(node);
  }
}
