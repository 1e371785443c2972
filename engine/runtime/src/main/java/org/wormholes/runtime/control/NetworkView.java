package org.wormholes.runtime.control;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A network that this node belongs to, as people and programs see it.
///
/// @param id the hash of its rules, `wn1-` and 64 hexadecimal digits
/// @param openTo `anyone`, `invited` or `friends`
/// @param belongs whether this node may have links in it: always, but where it is for invited nodes
/// @param founders addresses of those whose word admits others
/// @param friends addresses of those this node speaks to, where it is for friends
/// @param roles what this node may do in it, by its certificates
/// @param expires when this node's membership ends unless it is renewed; absent where it does not
/// @param expiring whether that is soon and nobody has renewed it
/// @param members that are known, where it is for invited nodes
/// @param nodes that are known
/// @param links that are open
/// @param script how a ruleset names it
public record NetworkView(
    String name,
    String id,
    String openTo,
    boolean belongs,
    List<String> founders,
    List<String> friends,
    List<String> roles,
    Optional<Instant> expires,
    boolean expiring,
    int members,
    int nodes,
    int links,
    String script) {
  public NetworkView {
    founders = List.copyOf(founders);
    friends = List.copyOf(friends);
    roles = List.copyOf(roles);
  }
}
