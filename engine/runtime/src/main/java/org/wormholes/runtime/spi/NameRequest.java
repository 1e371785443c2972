package org.wormholes.runtime.spi;

import org.wormholes.protocol.circuit.NameQuestion;

/// What an application asked a DNS entry.
///
/// @param entry the entry that heard it
/// @param application address of the application's socket, `ip:port`
public record NameRequest(EntrySpec entry, NameQuestion question, String application) {}
