package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.wire.Bytes;

/// The nodes of several networks side by side. A node that is in more than one stands there once,
/// with the networks it is known in; for people, and for paths that each keep to one network.
final class NetworkViews {
  /// What a descriptor can hold; a node in more networks shows these.
  private static final int MAX_NETWORKS = 8;

  private NetworkViews() {}

  /// Those of all networks of a node.
  static Collection<NodeDescriptor> of(Node node) {
    return merged(
        node.networks().all().stream().map(host -> host.directory().view().values()).toList());
  }

  /// Those of the networks that tunnels run over.
  static Collection<NodeDescriptor> of(List<RunningTunnel> tunnels) {
    return merged(tunnels.stream().map(RunningTunnel::view).toList());
  }

  private static Collection<NodeDescriptor> merged(List<Collection<NodeDescriptor>> views) {
    Map<NodeId, NodeDescriptor> all = new LinkedHashMap<>();
    views.forEach(view -> view.forEach(node -> all.merge(node.id(), node, NetworkViews::merged)));
    return all.values();
  }

  private static NodeDescriptor merged(NodeDescriptor first, NodeDescriptor second) {
    Set<Bytes> networks = new LinkedHashSet<>(first.networks());
    networks.addAll(second.networks());
    NodeDescriptor newest = first.published().isBefore(second.published()) ? second : first;
    return new NodeDescriptor(
        newest.id(),
        new ArrayList<>(networks).subList(0, Math.min(MAX_NETWORKS, networks.size())),
        newest.onionKey(),
        newest.onionKeyExpires(),
        newest.carriers(),
        newest.roles(),
        newest.operator(),
        newest.family(),
        newest.country(),
        newest.bandwidth(),
        newest.version(),
        newest.published(),
        newest.expires());
  }
}
