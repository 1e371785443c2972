package org.wormholes.runtime.control;

import java.time.Instant;

/// A key of a table, as one of those says who keep it.
///
/// @param expires when it may be forgotten
public record TableKeyView(String key, long version, Instant expires) {}
