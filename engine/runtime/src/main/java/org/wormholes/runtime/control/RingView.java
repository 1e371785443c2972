package org.wormholes.runtime.control;

import java.util.List;
import java.util.Optional;

/// The ring of a network as it is seen from this node.
///
/// @param network its name
/// @param id of the network, and of its ring
/// @param member whether this node stands on it
/// @param self where it stands or would stand
/// @param predecessor empty while nobody said to be it
/// @param successors in the order they follow; none on a ring of one
/// @param fingers members farther off that this node knows for shortcuts
public record RingView(
    String network,
    String id,
    boolean member,
    RingPeerView self,
    Optional<RingPeerView> predecessor,
    List<RingPeerView> successors,
    List<RingPeerView> fingers) {
  public RingView {
    successors = List.copyOf(successors);
    fingers = List.copyOf(fingers);
  }
}
