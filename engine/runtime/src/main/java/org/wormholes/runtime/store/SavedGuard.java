package org.wormholes.runtime.store;

import java.time.Instant;

/// A first hop that a tunnel keeps.
///
/// @param tunnel name of the tunnel
/// @param node address of the guard, 56 characters
/// @param chosen when
/// @param until when it may be replaced
public record SavedGuard(String tunnel, String node, Instant chosen, Instant until) {}
