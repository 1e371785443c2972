package org.wormholes.protocol.membership;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;

/// What a closed network starts from. Both stand in its rules, whose hash is its name, so that
/// nobody can change the founders without making another network.
///
/// @param network the hash that names it, 32 bytes
/// @param founders whose word needs no other; 1 to [#MAX_FOUNDERS]
public record Charter(Bytes network, Set<NodeId> founders) {
  /// Length of a network's name.
  public static final int NETWORK_BYTES = 32;

  public static final int MAX_FOUNDERS = 8;

  public Charter {
    if (network.size() != NETWORK_BYTES) {
      throw new IllegalArgumentException("network must be 32 bytes, was " + network.size());
    }
    founders = Collections.unmodifiableSet(new TreeSet<>(founders));
    if (founders.isEmpty() || founders.size() > MAX_FOUNDERS) {
      throw new IllegalArgumentException("a closed network has 1 to 8 founders");
    }
  }

  boolean isFounder(NodeId node) {
    return founders.contains(node);
  }
}
