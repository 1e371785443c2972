package org.wormholes.runtime.control;

import java.util.Optional;

/// How a carrier does.
///
/// @param carrier its name
/// @param up whether links can be had over it, as far as the last dials tell
/// @param links over it that are up
/// @param failures dials over it that failed since the last link over it came up
/// @param lastRefusal the last dial over it that failed since the engine was started
public record CarrierView(
    String carrier, boolean up, int links, int failures, Optional<CarrierRefusal> lastRefusal) {}
