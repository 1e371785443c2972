package org.wormholes.protocol.ring;

import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;

/// A member of a ring: a node and the place that follows from its key.
public record RingPeer(RingId id, NodeId node) implements Comparable<RingPeer> {
  /// @param ring the hash that names the ring, 32 bytes
  public static RingPeer of(Bytes ring, NodeId node) {
    return new RingPeer(RingId.of(ring, node), node);
  }

  @Override
  public int compareTo(RingPeer other) {
    return id.compareTo(other.id);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof RingPeer peer && id.equals(peer.id) && node.equals(peer.node));
  }

  /// The id is a hash.
  @Override
  public int hashCode() {
    return (int) id.first();
  }
}
