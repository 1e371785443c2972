package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A node of a network that can be met by its key.
///
/// @param node its address; `KEY.peer` is that and `.peer`
/// @param name a short name for people
/// @param network whose node it is
/// @param relays the relays it is met at, by its own word
/// @param carriers it listens on, by its own word
/// @param over the carrier of the link with it now, `relay` where bytes go through a relay; absent
///   without a link
/// @param roundTrip of that link, as far as it is known
public record PeerView(
    String node,
    String name,
    String network,
    List<String> relays,
    List<String> carriers,
    Optional<String> over,
    Optional<Duration> roundTrip) {
  public PeerView {
    relays = List.copyOf(relays);
    carriers = List.copyOf(carriers);
  }
}
