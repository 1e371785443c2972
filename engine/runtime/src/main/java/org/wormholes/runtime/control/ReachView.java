package org.wormholes.runtime.control;

import java.util.List;

/// How this node is met by key in one network.
///
/// @param node its address; `KEY.peer` is that and `.peer`
/// @param relays the relays it is met at, by their addresses; none until one is found
/// @param published the ports of services that others may connect to
public record ReachView(String network, String node, List<String> relays, List<Integer> published) {
  public ReachView {
    relays = List.copyOf(relays);
    published = List.copyOf(published);
  }
}
