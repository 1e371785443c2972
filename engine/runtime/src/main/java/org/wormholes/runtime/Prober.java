package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Fact;

/// Measures round trips for a tunnel whose rule asks for `latency`. A few possible first hops are
/// measured on links of their own; every other relay through one of them, by a circuit that ends
/// there and carries one ping, so that measuring does not tell every relay who this node is.
/// Belongs to the first loop.
final class Prober {
  private static final Duration EVERY = Duration.ofSeconds(2);

  /// First hops that get a link for the sake of measuring.
  private static final int MAX_ENTRANCES = 3;

  /// Circuits for measuring that are built in one round.
  private static final int PROBES_A_ROUND = 8;

  private final RunningTunnel tunnel;
  private final Node node;
  private final Shard home;
  private final Bytes network;

  Prober(RunningTunnel tunnel) {
    this.tunnel = tunnel;
    this.node = tunnel.node;
    this.home = node.shards().getFirst();
    this.network = Bytes.of(tunnel.network.idBytes());
  }

  static boolean needed(Tunnel rule) {
    Relays relays = rule.relays();
    return relays.only().filter(only -> only.asksFor(Fact.LATENCY)).isPresent()
        || relays.prefer().filter(prefer -> prefer.asksFor(Fact.LATENCY)).isPresent();
  }

  void start() {
    home.run(this::round);
  }

  private void round() {
    if (tunnel.isDraining()) {
      return;
    }
    List<NodeDescriptor> relays = new ArrayList<>(tunnel.view());
    relays.removeIf(each ->
        each.id().equals(node.id())
            || !each.networks().contains(network)
            || !each.has(NodeRole.RELAY));
    Collections.shuffle(relays, node.random());
    List<NodeDescriptor> entrances =
        relays.stream().filter(each -> home.openLink(tunnel.host(), each.id()) != null).toList();
    if (entrances.size() < MAX_ENTRANCES) {
      relays.stream()
          .filter(each -> each.has(NodeRole.GUARD) && !entrances.contains(each))
          .limit(MAX_ENTRANCES - entrances.size())
          .forEach(
              each -> home.link(tunnel.host(), each.id(), each.carriers(), tunnel.rule.carry()));
    }
    if (!entrances.isEmpty()) {
      relays.stream()
          .filter(each -> node.roundTrips().find(each.id()).isEmpty())
          .filter(each -> !entrances.contains(each))
          .limit(PROBES_A_ROUND)
          .forEach(each -> probe(entrances.getFirst(), each));
    }
    home.after(EVERY, this::round);
  }

  private void probe(NodeDescriptor entrance, NodeDescriptor relay) {
    ClientCircuit.Owner owner =
        new ClientCircuit.Owner() {
          @Override
          public void onReady(ClientCircuit circuit) {
            circuit.end.ping();
          }

          @Override
          public void onOver(ClientCircuit circuit, LinkReason reason) {}

          @Override
          public void onPong(ClientCircuit circuit, long roundTripNanos) {
            node.roundTrips().sample(relay.id(), roundTripNanos);
            circuit.close(Reason.DONE);
          }
        };
    Path path = Path.complete(2, List.of(entrance, relay));
    tunnel.circuit(home, path, owner).start();
  }
}
