package org.wormholes.runtime;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.ServiceIntroduction;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// The clients of a published service that are met, and those that it is on its way to
/// (`spec/protocol/rendezvous.md`, section 8). Belongs to the first loop; the circuits on which
/// clients are met take turns among all loops.
final class ServiceMeetings {
  private static final int MAX_MET = 1_024;

  /// Clients that are come to at the same time; the others wait, those with the most work first.
  private static final int MAX_COMING = 32;

  private static final Duration ANSWER = Duration.ofSeconds(10);

  /// How long a client that was met may want nothing; it goes by itself after a minute.
  private static final Duration IDLE = Duration.ofSeconds(90);

  private final RunningTunnel tunnel;
  private final Node node;
  private final Shard home;
  private final ServiceDoor door;
  private final InetSocketAddress place;
  private final Set<NodeId> clients;

  /// The circuits on which clients are met, and who they are where they had to say so.
  private final Map<ClientCircuit, Optional<NodeId>> serving = new HashMap<>();

  private int turn;
  private int coming;

  /// Nobody new is served.
  private volatile boolean closed;

  /// @param place of the local service
  /// @param clients who may come; empty for everybody
  ServiceMeetings(
      RunningTunnel tunnel, ServiceDoor door, InetSocketAddress place, Set<NodeId> clients) {
    this.tunnel = tunnel;
    this.node = tunnel.node;
    this.home = node.shards().getFirst();
    this.door = door;
    this.place = place;
    this.clients = clients;
  }

  /// Comes to those who wait, as many as may be.
  void answer() {
    while (!closed && coming < MAX_COMING && serving.size() < MAX_MET) {
      Optional<ServiceIntroduction> next = door.next();
      if (next.isEmpty()) {
        return;
      }
      come(next.get());
    }
  }

  /// Comes to where a client waits.
  private void come(ServiceIntroduction introduction) {
    boolean known =
        clients.isEmpty() || introduction.client().filter(clients::contains).isPresent();
    Optional<Path> path =
        tunnel
            .relay(introduction.relay())
            .flatMap(relay -> tunnel.pickBefore(relay, tunnel.on(home).suspects()));
    if (!known || path.isEmpty()) {
      return;
    }
    Shard shard = node.shards().get(turn++ % node.shards().size());
    Bytes cookie = introduction.cookie();
    ServiceIntroduction.Accepted accepted = introduction.accept(node.entropy());
    ClientCircuit circuit = tunnel.serving(shard, path.get(), new Met(accepted));
    serving.put(circuit, introduction.client());
    coming++;
    shard.run(() -> circuit.start(new RendezvousMessage.Join(cookie, accepted.answer())));
  }

  /// One that was come to has been met, or will not be.
  private void came() {
    coming--;
    answer();
  }

  /// Takes no new clients; those that are served go on.
  void close() {
    closed = true;
  }

  /// Ends the meetings with everybody else.
  ///
  /// @param allowed empty for everybody
  void keepOnly(Set<NodeId> allowed) {
    serving.forEach((circuit, client) -> {
      if (!allowed.isEmpty() && client.filter(allowed::contains).isEmpty()) {
        circuit.shard.run(() -> circuit.close(Reason.POLICY));
      }
    });
  }

  /// Cuts clients that are served.
  void cut() {
    List<ClientCircuit> met = List.copyOf(serving.keySet());
    met.forEach(circuit -> circuit.shard.run(() -> circuit.close(Reason.REQUESTED)));
  }

  /// A circuit on which a client is met.
  private final class Met implements ClientCircuit.Owner {
    private final ServiceIntroduction.Accepted accepted;
    private boolean joined;
    private int streams;

    Met(ServiceIntroduction.Accepted accepted) {
      this.accepted = accepted;
    }

    @Override
    public void onReady(ClientCircuit circuit) {
      circuit.shard.after(
          ANSWER,
          () -> {
            if (!joined) {
              circuit.close(Reason.TIMED_OUT);
            }
          });
    }

    @Override
    public void onRendezvous(ClientCircuit circuit, RendezvousMessage message)
        throws WireException {
      if (!(message instanceof RendezvousMessage.Joined(Reason reason)) || joined) {
        throw new WireException("expected an answer to a join");
      }
      if (reason != Reason.DONE) {
        circuit.close(Reason.DONE);
        return;
      }
      joined = true;
      circuit.met(accepted.layer());
      watch(circuit);
      home.tell(ServiceMeetings.this::came);
    }

    /// Ends the meeting with a client that has wanted nothing for long.
    private void watch(ClientCircuit circuit) {
      int before = streams;
      circuit.shard.after(
          IDLE,
          () -> {
            if (circuit.isOver()) {
              return;
            }
            if (streams == before && circuit.flows.size() == 0) {
              circuit.close(Reason.ROTATED);
            } else {
              watch(circuit);
            }
          });
    }

    @Override
    public void onStream(ClientCircuit circuit, StreamEnd stream, Target target) {
      if (closed && !clients.isEmpty()) {
        stream.refuse(Reason.POLICY); // who may come is written anew
        return;
      }
      streams++;
      ServedFlow flow = new ServedFlow(circuit.shard);
      flow.join(stream);
      stream.listener(flow);
      flow.carriedBy(circuit.flows);
      flow.dial(place);
    }

    @Override
    public void onOver(ClientCircuit circuit, LinkReason reason) {
      circuit.flows.letGo().forEach(flow -> flow.abandon(Reason.LOST));
      boolean met = joined;
      home.tell(() -> {
        serving.remove(circuit);
        if (met) {
          answer();
        } else {
          came();
        }
        tunnel.on(home).noteEntrance(circuit, reason);
      });
    }
  }
}
