package org.wormholes.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Exit;
import org.wormholes.rules.Network;

/// What a node is before any ruleset: who it is, what it offers to others, where it listens.
///
/// @param key its identity
/// @param networks it belongs to from the start; rulesets may add more
/// @param roles what it does for others; empty for a client
/// @param listen carrier name to the address to bind, in the carrier's notation (mostly
///   `host:port`, port 0 for any free one), in the order in which the node names its addresses
/// @param announce carrier name to the address told to others. A carrier that is not in `listen` is
///   never announced. The only one is announced without being named here, at the address bound; of
///   several those named here, since a descriptor tells all its readers that its addresses belong
///   together
/// @param operator who runs it, told to others; may be empty
/// @param family word shared by nodes that must not meet on a path; may be empty
/// @param country two upper-case letters, or empty
/// @param bandwidth bytes a second it offers
/// @param exit what it connects to for others, where it is an exit
/// @param serviceKeys keys of services that other nodes publish too, by name; those of all others
///   follow from this node's own
/// @param memoryLimitBytes bound of everything kept on behalf of peers and applications
public record NodeSettings(
    NodeKey key,
    List<Network> networks,
    Set<NodeRole> roles,
    Map<String, String> listen,
    Map<String, String> announce,
    String operator,
    String family,
    String country,
    long bandwidth,
    Optional<Exit> exit,
    Map<String, NodeKey> serviceKeys,
    long memoryLimitBytes) {
  /// Enough for a few hundred busy circuits.
  public static final long DEFAULT_MEMORY = 256L << 20;

  public NodeSettings {
    networks = List.copyOf(networks);
    roles = Set.copyOf(roles);
    listen = Collections.unmodifiableMap(new LinkedHashMap<>(listen));
    announce = Map.copyOf(announce);
    serviceKeys = Map.copyOf(serviceKeys);
    if (roles.contains(NodeRole.EXIT) != exit.isPresent()) {
      throw new IllegalArgumentException("an exit has an exit policy, and nobody else has one");
    }
    if (!roles.isEmpty() && listen.isEmpty()) {
      throw new IllegalArgumentException("a node that serves others listens somewhere");
    }
    if (!listen.keySet().containsAll(announce.keySet())) {
      throw new IllegalArgumentException("only carriers that are listened on are announced");
    }
    if (!roles.isEmpty() && listen.size() > 1 && announce.isEmpty()) {
      throw new IllegalArgumentException(
          "a node that listens on several carriers says which of them to announce");
    }
    if (memoryLimitBytes < 1 << 20) {
      throw new IllegalArgumentException("the memory limit must be at least 1 MiB");
    }
  }

  /// A node that shares no service with others.
  public NodeSettings(
      NodeKey key,
      List<Network> networks,
      Set<NodeRole> roles,
      Map<String, String> listen,
      Map<String, String> announce,
      String operator,
      String family,
      String country,
      long bandwidth,
      Optional<Exit> exit,
      long memoryLimitBytes) {
    this(
        key,
        networks,
        roles,
        listen,
        announce,
        operator,
        family,
        country,
        bandwidth,
        exit,
        Map.of(),
        memoryLimitBytes);
  }

  /// A node that serves nobody and is known to nobody.
  public static NodeSettings client(NodeKey key, List<Network> networks) {
    return new NodeSettings(
        key,
        networks,
        Set.of(),
        Map.of(),
        Map.of(),
        "",
        "",
        "",
        0,
        Optional.empty(),
        DEFAULT_MEMORY);
  }

  /// Whether others are told where this carrier listens.
  boolean announces(String carrier) {
    return listen.containsKey(carrier) && (listen.size() == 1 || announce.containsKey(carrier));
  }

  /// The key of a service that this node publishes under a name.
  NodeKey serviceKey(String name) {
    NodeKey shared = serviceKeys.get(name);
    return shared == null ? key.service(name) : shared;
  }

  public NodeSettings withServiceKeys(Map<String, NodeKey> shared) {
    return with(shared, memoryLimitBytes);
  }

  public NodeSettings withMemoryLimit(long bytes) {
    return with(serviceKeys, bytes);
  }

  private NodeSettings with(Map<String, NodeKey> shared, long memory) {
    return new NodeSettings(
        key, networks, roles, listen, announce, operator, family, country, bandwidth, exit, shared,
        memory);
  }
}
