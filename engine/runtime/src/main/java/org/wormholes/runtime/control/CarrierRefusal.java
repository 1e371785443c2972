package org.wormholes.runtime.control;

import java.time.Instant;

/// A dial that failed.
///
/// @param at when
/// @param node who was dialled, 56 characters; never an address
/// @param reason in a few words
public record CarrierRefusal(Instant at, String node, String reason) {}
