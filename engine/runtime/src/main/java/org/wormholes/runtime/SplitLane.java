package org.wormholes.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;

/// One of the circuits side by side that carry the parts of split flows. When its circuit dies
/// another one to the same exit takes its place.
final class SplitLane {
  private final List<SplitLane> all;
  private final TunnelShard tunnel;
  private @Nullable ClientCircuit circuit;

  /// @param all the lanes side by side, this one to be added to them
  /// @param tunnel whose rule its circuits obey
  SplitLane(List<SplitLane> all, TunnelShard tunnel) {
    this.all = all;
    this.tunnel = tunnel;
  }

  /// Builds the first circuit.
  ///
  /// @return false when there is no room for it
  boolean start(Path path) {
    circuit = tunnel.build(path, this);
    return circuit != null;
  }

  /// The circuit in use; only where one was built.
  ClientCircuit circuit() {
    ClientCircuit known = circuit;
    if (known == null) {
      throw new IllegalStateException("no circuit yet");
    }
    return known;
  }

  void circuit(ClientCircuit next) {
    circuit = next;
  }

  boolean isUsable() {
    return circuit != null && tunnel.isUsable(circuit);
  }

  /// Relays that see another part: a new circuit keeps away from them where it can.
  Set<NodeId> relaysOfOthers() {
    Set<NodeId> relays = new HashSet<>();
    for (SplitLane lane : all) {
      if (lane != this && lane.circuit != null) {
        relaysBeforeExit(lane.circuit.path).forEach(hop -> relays.add(hop.id()));
      }
    }
    return relays;
  }

  static List<NodeDescriptor> relaysBeforeExit(Path path) {
    return path.hops().subList(0, path.hops().size() - 1);
  }
}
