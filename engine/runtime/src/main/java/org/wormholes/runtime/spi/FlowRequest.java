package org.wormholes.runtime.spi;

import java.util.Optional;

/// What an application asked an entry for.
///
/// @param entry the entry that heard it
/// @param target where to, as named by the application
/// @param credentials proxy user and password, when the application gave any; they select isolation
/// @param application address of the application's socket, `ip:port`
public record FlowRequest(
    EntrySpec entry,
    EntrySpec.Target target,
    Optional<Credentials> credentials,
    String application) {

  /// Proxy credentials. The password is not shown.
  public record Credentials(String user, String password) {
    @Override
    public String toString() {
      return "Credentials[redacted]";
    }
  }
}
