package org.wormholes.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;

/// Nodes that may be to blame for circuits which failed: avoided for a while, longer each time,
/// until a circuit over them works. Mostly it is not known which of several hops failed, so all are
/// suspected.
final class Suspects {
  private static final long FIRST_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int MAX_DOUBLINGS = 7;
  private static final int MAX_SUSPECTS = 1_024;

  private final Map<NodeId, Suspicion> suspicions = new HashMap<>();

  private record Suspicion(int failures, long until) {}

  void failed(List<NodeDescriptor> hops, long now) {
    if (suspicions.size() > MAX_SUSPECTS) {
      suspicions.values().removeIf(suspicion -> suspicion.until() < now);
    }
    for (NodeDescriptor hop : hops) {
      Suspicion before = suspicions.getOrDefault(hop.id(), new Suspicion(0, 0));
      int failures = Math.min(before.failures() + 1, MAX_DOUBLINGS);
      suspicions.put(hop.id(), new Suspicion(failures, now + (FIRST_NANOS << (failures - 1))));
    }
  }

  void worked(List<NodeDescriptor> hops) {
    hops.forEach(hop -> suspicions.remove(hop.id()));
  }

  Set<NodeId> now(long now) {
    Set<NodeId> avoided = new HashSet<>();
    suspicions.forEach((id, suspicion) -> {
      if (suspicion.until() - now > 0) {
        avoided.add(id);
      }
    });
    return avoided;
  }
}
