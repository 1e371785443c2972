package org.wormholes.runtime.spi;

import org.wormholes.protocol.circuit.NameQuestion;

/// What an application asked a DNS entry.
///
/// @param entry the entry that heard it
/// @param application address of the application's socket, `ip:port`
/// @param unchecked whether the application wants the answer as it comes, since it checks
///   signatures itself (RFC 4035 section 3.2.2)
public record NameRequest(
    EntrySpec entry, NameQuestion question, String application, boolean unchecked) {
  public NameRequest(EntrySpec entry, NameQuestion question, String application) {
    this(entry, question, application, false);
  }
}
