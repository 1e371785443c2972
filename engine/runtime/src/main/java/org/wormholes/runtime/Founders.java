package org.wormholes.runtime;

import java.util.LinkedHashSet;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;

/// The founders that stand in a network's rules, as names of nodes.
final class Founders {
  private Founders() {}

  /// @throws IllegalArgumentException if an address is not that of a node
  static Set<NodeId> of(Network network) {
    Set<NodeId> founders = new LinkedHashSet<>();
    for (String address : network.founders()) {
      try {
        founders.add(NodeId.parse(address));
      } catch (WireException e) {
        throw new IllegalArgumentException(
            "network %s: founder %s is no node's address: %s"
                .formatted(network.name(), address, e.getMessage()),
            e);
      }
    }
    return founders;
  }
}
