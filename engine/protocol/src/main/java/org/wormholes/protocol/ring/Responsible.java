package org.wormholes.protocol.ring;

import java.util.List;

/// What a lookup found: who is responsible for an id.
///
/// @param target the id looked for
/// @param owner the first member at or after it
/// @param replicas the members that follow the owner, in order, without the owner; fewer than asked
///   for on a small ring
/// @param hops members asked one after the other on the longest way there
public record Responsible(RingId target, RingPeer owner, List<RingPeer> replicas, int hops) {
  public Responsible {
    replicas = List.copyOf(replicas);
  }
}
