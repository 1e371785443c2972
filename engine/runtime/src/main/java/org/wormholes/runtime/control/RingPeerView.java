package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.Optional;

/// A member of a ring, as this node knows it.
///
/// @param id where it stands, 64 hexadecimal digits
/// @param node its address
/// @param nickname the first characters of its address
/// @param roundTrip to it, where it was measured
public record RingPeerView(String id, String node, String nickname, Optional<Duration> roundTrip) {}
