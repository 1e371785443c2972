package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.rendezvous.IntroductionPoint;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.RendezvousRelay;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// The introduction points of a published service: circuits to relays that hand it what clients
/// leave there (`spec/protocol/rendezvous.md`, section 5). Belongs to the first loop.
final class ServicePoints {
  static final int WANTED = 3;

  /// What becomes of them.
  interface Listener {
    /// One is there or gone that clients should know of.
    void onChanged();

    void onIntroduction(NodeId pointKey, RendezvousMessage.Introduction introduction);
  }

  private final RunningTunnel tunnel;
  private final Node node;
  private final Shard home;
  private final Listener listener;
  private final Map<ClientCircuit, Point> points = new LinkedHashMap<>();
  private boolean closed;

  ServicePoints(RunningTunnel tunnel, Listener listener) {
    this.tunnel = tunnel;
    this.node = tunnel.node;
    this.home = node.shards().getFirst();
    this.listener = listener;
  }

  /// Looks for as many as are wanted.
  void fill() {
    for (int i = points.size(); i < WANTED; i++) {
      addPoint();
    }
  }

  private void addPoint() {
    Set<NodeId> avoided = new HashSet<>(tunnel.on(home).suspects());
    points.keySet().forEach(circuit -> avoided.add(circuit.path.exit().id()));
    Optional<Path> path = tunnel.pickAny(avoided);
    if (path.isEmpty()
        || points.keySet().stream()
            .anyMatch(other -> other.path.exit().id().equals(path.get().exit().id()))) {
      return;
    }
    Point point = new Point();
    ClientCircuit circuit = tunnel.circuit(home, path.get(), point);
    points.put(circuit, point);
    point.start(circuit);
  }

  List<IntroductionPoint> live() {
    List<IntroductionPoint> live = new ArrayList<>();
    points.forEach((circuit, point) -> {
      if (point.live) {
        live.add(new IntroductionPoint(circuit.path.exit().id(), point.pointKey.id()));
      }
    });
    return live;
  }

  /// Tells them which work counts from now on.
  void guard(RendezvousMessage.Guard guard) {
    points.forEach((circuit, point) -> {
      if (point.live) {
        circuit.say(guard);
      }
    });
  }

  void close() {
    closed = true;
    List.copyOf(points.keySet()).forEach(circuit -> circuit.close(Reason.REQUESTED));
  }

  private final class Point implements ClientCircuit.Owner {
    final NodeKey pointKey = NodeKey.create(node.entropy());
    boolean live;

    void start(ClientCircuit circuit) {
      Bytes signature = RendezvousRelay.signature(pointKey, circuit.path.exit().id());
      circuit.start(new RendezvousMessage.Establish(pointKey.id(), signature));
    }

    @Override
    public void onReady(ClientCircuit circuit) {}

    @Override
    public void onRendezvous(ClientCircuit circuit, RendezvousMessage message)
        throws WireException {
      switch (message) {
        case RendezvousMessage.Established(Reason reason) when reason == Reason.DONE -> {
          live = true;
          listener.onChanged();
        }
        case RendezvousMessage.Established _ -> circuit.close(Reason.DONE);
        case RendezvousMessage.Introduction introduction ->
            listener.onIntroduction(pointKey.id(), introduction);
        default -> throw new WireException("nobody asked for this message");
      }
    }

    @Override
    public void onOver(ClientCircuit circuit, LinkReason reason) {
      points.remove(circuit);
      tunnel.on(home).note(circuit, reason);
      if (live && !closed) {
        listener.onChanged();
      }
    }
  }
}
