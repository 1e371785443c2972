package org.wormholes.runtime.control;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One that belongs to a closed network.
///
/// @param node its address
/// @param self whether it is this node
/// @param reach how many steps others may be admitted below it; 0 if it admits nobody
/// @param expires when its certificates end; absent for a founder
/// @param linked whether this node has a link with it now
public record MemberView(
    String node,
    String name,
    boolean self,
    boolean founder,
    List<String> roles,
    int reach,
    Optional<Instant> expires,
    boolean linked) {
  public MemberView {
    roles = List.copyOf(roles);
  }
}
