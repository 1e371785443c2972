package org.wormholes.runtime.control;

import java.time.Instant;

/// One try to reach a peer, or several alike in a row.
///
/// @param at when, of the last of them
/// @param carrier that was tried; `relay` is through a relay
/// @param outcome in a few words
/// @param times how many in a row ended so
public record AttemptView(
    Instant at, String carrier, boolean succeeded, String outcome, int times) {}
