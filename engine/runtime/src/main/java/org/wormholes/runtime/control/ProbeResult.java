package org.wormholes.runtime.control;

import java.time.Duration;

/// How a probe went.
///
/// @param target what was to be reached
/// @param passed whether it was
/// @param detail what came back, or why nothing did
/// @param took until the answer, or until it was given up
public record ProbeResult(String target, boolean passed, String detail, Duration took) {}
