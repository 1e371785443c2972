package org.wormholes.runtime.spi;

import java.net.InetSocketAddress;
import java.util.List;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;

/// A local TCP service that the network behind a gateway is to bring streams to.
///
/// @param name as in the ruleset
/// @param key what the service is known by, where the network's addresses are keys
/// @param place where its streams go, on this machine or in its network
/// @param clients the nodes that may come; empty for everybody who knows the address
public record HostedService(
    String name, NodeKey key, InetSocketAddress place, List<NodeId> clients) {
  public HostedService {
    clients = List.copyOf(clients);
  }
}
