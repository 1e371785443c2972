package org.wormholes.runtime.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How an engine is, at a glance.
///
/// @param version of the software
/// @param node this node's address, 56 characters
/// @param network the network it belongs to
/// @param roles what it does for others: `relay`, `exit`, `guard`; empty for a client
/// @param process process id
/// @param uptime since the engine was started
/// @param ruleset what it runs; absent before the first apply
/// @param listening every open port, its own and its tunnels'
/// @param tunnels of the ruleset it runs, and those still draining
/// @param groups of the ruleset it runs
/// @param gateways of the ruleset it runs
/// @param nodesKnown nodes in its view of the network, itself included
/// @param links links that are up
/// @param circuits circuits of its own tunnels
/// @param relayedCircuits circuits of others that pass through it
/// @param flows conversations of its own applications
/// @param memoryUsed bytes held in buffers, by the engine's own account
/// @param memoryUnheard of those bytes, what links keep until the peer says that it has it
/// @param memoryLimit bytes that account may reach
/// @param carriers of this machine, by name
public record EngineStatus(
    String version,
    String node,
    String network,
    List<String> roles,
    long process,
    Duration uptime,
    Optional<RulesetView> ruleset,
    List<ListenView> listening,
    List<TunnelView> tunnels,
    List<GroupView> groups,
    List<GatewayView> gateways,
    int nodesKnown,
    int links,
    int circuits,
    int relayedCircuits,
    int flows,
    long memoryUsed,
    long memoryUnheard,
    long memoryLimit,
    List<CarrierView> carriers) {
  public EngineStatus {
    roles = List.copyOf(roles);
    listening = List.copyOf(listening);
    tunnels = List.copyOf(tunnels);
    groups = List.copyOf(groups);
    gateways = List.copyOf(gateways);
    carriers = List.copyOf(carriers);
  }
}
