package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.Optional;

/// One node on a circuit, as seen from the client that built it.
///
/// @param node the node's address, 56 characters
/// @param nickname a short name for people, from the address when the node has no other
/// @param address where the previous hop reaches it, in its carrier's notation; empty when not
///   known
/// @param role `relay` or `exit`
/// @param roundTrip round trip of the link that leads to this hop, as far as it is known
public record HopView(
    String node, String nickname, String address, String role, Optional<Duration> roundTrip) {}
