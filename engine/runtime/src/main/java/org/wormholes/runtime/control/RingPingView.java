package org.wormholes.runtime.control;

import java.time.Duration;

/// A member that answered.
///
/// @param member who it is
/// @param answered how long its answer took
public record RingPingView(RingPeerView member, Duration answered) {}
