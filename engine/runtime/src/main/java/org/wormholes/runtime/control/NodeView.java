package org.wormholes.runtime.control;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A node in this node's own view of the network. What a node says of itself is marked so: it is
/// signed by the node and checked by nobody.
///
/// @param node the node's address, 56 characters
/// @param nickname a short name for people
/// @param self whether it is this node
/// @param roles `relay`, `exit`, `guard`
/// @param addresses carrier name to address in that carrier's notation
/// @param operator who runs it, by its own word; may be empty
/// @param country by its own word, two letters; may be empty
/// @param bandwidth bytes a second it offers, by its own word
/// @param version of its software, by its own word
/// @param linked whether a link to it is up
/// @param roundTrip of that link, as far as it is known
/// @param expires when its descriptor does
/// @param family nodes that must not share a path say the same word here, by its own word
/// @param networks it serves, `wn1-` and 64 hexadecimal digits each
public record NodeView(
    String node,
    String nickname,
    boolean self,
    List<String> roles,
    Map<String, String> addresses,
    String operator,
    String country,
    long bandwidth,
    String version,
    boolean linked,
    Optional<Duration> roundTrip,
    Instant expires,
    Optional<String> family,
    List<String> networks) {
  public NodeView {
    networks = List.copyOf(networks);
    roles = List.copyOf(roles);
    addresses = Map.copyOf(addresses);
  }
}
