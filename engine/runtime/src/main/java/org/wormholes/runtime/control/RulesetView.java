package org.wormholes.runtime.control;

import java.time.Instant;

/// The ruleset an engine runs.
///
/// @param name as in the script
/// @param version as in the script
/// @param digest `wr1-` and 64 hex digits: the hash of its canonical bytes
/// @param applied when
public record RulesetView(String name, String version, String digest, Instant applied) {}
