package org.wormholes.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;

/// The nodes a circuit leads over, first to last. There is no way to make one that is shorter than
/// its rule says or that meets a node twice.
final class Path {
  private final List<NodeDescriptor> hops;

  private Path(List<NodeDescriptor> hops) {
    this.hops = hops;
  }

  /// @param count the number of hops the rule asks for
  static Path complete(int count, List<NodeDescriptor> hops) {
    if (hops.size() != count) {
      throw new IllegalArgumentException("a path of " + hops.size() + " hops, not " + count);
    }
    Set<NodeId> met = new HashSet<>();
    for (NodeDescriptor hop : hops) {
      if (!met.add(hop.id())) {
        throw new IllegalArgumentException("a path that meets a node twice");
      }
    }
    return new Path(List.copyOf(hops));
  }

  List<NodeDescriptor> hops() {
    return hops;
  }

  NodeDescriptor first() {
    return hops.getFirst();
  }

  NodeDescriptor exit() {
    return hops.getLast();
  }
}
