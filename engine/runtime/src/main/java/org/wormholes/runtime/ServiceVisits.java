package org.wormholes.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.expr.SpecialNames;

/// The services that flows of one tunnel reach on one loop: for each, and for each set of flows
/// that may share a circuit, one [ServiceVisit].
final class ServiceVisits {
  private static final String ZONE = ".wormhole";
  private static final int MAX_VISITS = 1_024;

  private record Key(NodeId service, IsolationKey flows) {}

  private final TunnelShard part;
  private final RunningTunnel tunnel;
  private final Map<Key, ServiceVisit> visits = new HashMap<>();

  ServiceVisits(TunnelShard part, RunningTunnel tunnel) {
    this.part = part;
    this.tunnel = tunnel;
  }

  /// The service that a destination names, as `ADDRESS.wormhole`, whatever stands before; empty for
  /// every other destination.
  static Optional<NodeId> service(Target target) {
    return target.host() instanceof Host.Name(String name) ? service(name) : Optional.empty();
  }

  /// The same for a name in lower case.
  static Optional<NodeId> service(String name) {
    if (!name.endsWith(ZONE)) {
      return Optional.empty();
    }
    String address = name.substring(0, name.length() - ZONE.length());
    try {
      return Optional.of(NodeId.parse(address.substring(address.lastIndexOf('.') + 1)));
    } catch (WireException e) {
      return Optional.empty();
    }
  }

  /// Whether a destination has the form of a service's, though it may be none.
  static boolean isMeant(Target target) {
    return target.host() instanceof Host.Name(String name) && SpecialNames.isService(name);
  }

  /// Carries a flow to a service, or ends it with a reason.
  void open(NodeId service, ClientFlow flow) {
    Key key = new Key(service, flow.key);
    ServiceVisit known = visits.get(key);
    if (known != null && known.takes(flow)) {
      return;
    }
    if (visits.size() >= MAX_VISITS) {
      flow.abandon(Reason.LIMIT);
      return;
    }
    ServiceVisit visit = new ServiceVisit(part.shard, tunnel, service, over -> end(key, over));
    visits.put(key, visit);
    visit.takes(flow);
    visit.start();
  }

  private void end(Key key, ServiceVisit over) {
    visits.remove(key, over);
  }

  /// Ends those that nobody uses.
  void sweep(long now) {
    List.copyOf(visits.values()).forEach(visit -> visit.sweep(now));
  }

  void cut() {
    List.copyOf(visits.values()).forEach(visit -> visit.close(Reason.REQUESTED));
  }

  boolean isEmpty() {
    return visits.isEmpty();
  }

  /// The circuits in use, of all visits.
  List<ClientCircuit> circuits() {
    return visits.values().stream().flatMap(visit -> visit.circuits().stream()).toList();
  }
}
