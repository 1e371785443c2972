package org.wormholes.protocol.membership;

import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.wormholes.protocol.crypto.NodeId;

/// One that belongs to a network now.
///
/// @param roles of all its good certificates; a founder has the role [#FOUNDER]
/// @param reach how many steps others may be admitted below it; 0 if it admits nobody
/// @param expires the end of the certificate that is good for longest; empty for a founder
public record Member(NodeId id, Set<String> roles, int reach, Optional<Instant> expires) {
  /// The role that all founders have. No certificate gives it any power.
  public static final String FOUNDER = "founder";

  public Member {
    roles = Collections.unmodifiableSet(new TreeSet<>(roles));
  }

  /// Redacted: who belongs to what stays out of logs.
  @Override
  public String toString() {
    return "Member[" + id + "]";
  }
}
