package org.wormholes.runtime.control;

import java.time.Instant;
import java.util.List;

/// An invitation to one network, good for one guest.
///
/// @param code to be said: a secret until it is used
/// @param uris the same with where this node is, one for each address it listens on
/// @param ends when it is no longer good
/// @param roles that the guest will have
public record InvitationView(
    String network, String code, List<String> uris, Instant ends, List<String> roles) {
  public InvitationView {
    uris = List.copyOf(uris);
    roles = List.copyOf(roles);
  }

  /// Redacted.
  @Override
  public String toString() {
    return "InvitationView[" + network + "]";
  }
}
