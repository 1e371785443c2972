package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;

/// Who is responsible for a key.
///
/// @param key as it was asked for
/// @param id where it stands, 64 hexadecimal digits
/// @param owner the first member at or after it
/// @param replicas those that follow, in order
/// @param hops members that were asked one after the other on the longest way
/// @param took how long it was looked for
public record RingLookupView(
    String key,
    String id,
    RingPeerView owner,
    List<RingPeerView> replicas,
    int hops,
    Duration took) {
  public RingLookupView {
    replicas = List.copyOf(replicas);
  }
}
