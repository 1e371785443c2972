package org.wormholes.runtime.control;

import java.time.Instant;

/// A live fact as rules see it.
///
/// @param name as a rule asks for it: `carrier_up?("tcp")`
/// @param type `yes/no` or `duration`
/// @param value `yes`, `no`, or milliseconds with their unit
/// @param since when the value began
/// @param source `observed` by the engine, or `said` by a person
/// @param held whether it has changed so often that further changes do not count for a while
public record FactView(
    String name, String type, String value, Instant since, String source, boolean held) {}
