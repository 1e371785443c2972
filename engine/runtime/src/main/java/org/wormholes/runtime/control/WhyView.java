package org.wormholes.runtime.control;

import java.util.List;

/// Why a peer is reached as it is, or not.
///
/// @param peer what is known of it
/// @param reasons in sentences, the most important first
/// @param attempts what was tried lately, the oldest first
public record WhyView(PeerView peer, List<String> reasons, List<AttemptView> attempts) {
  public WhyView {
    reasons = List.copyOf(reasons);
    attempts = List.copyOf(attempts);
  }
}
