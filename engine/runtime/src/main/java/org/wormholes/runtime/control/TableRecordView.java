package org.wormholes.runtime.control;

import java.time.Instant;
import java.util.Optional;

/// What a key of a table is.
///
/// @param version 0 where there is nothing
/// @param value in Base64; absent where there is nothing
/// @param text the same, where it is UTF-8
/// @param author the address of who signed it
/// @param made when it was written
/// @param expires when it may be forgotten
public record TableRecordView(
    String table,
    String key,
    long version,
    Optional<String> value,
    Optional<String> text,
    Optional<String> author,
    Optional<Instant> made,
    Optional<Instant> expires) {}
