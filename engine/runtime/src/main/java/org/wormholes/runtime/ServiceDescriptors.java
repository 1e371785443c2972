package org.wormholes.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.rendezvous.Keepers;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.SealedDescriptor;
import org.wormholes.protocol.rendezvous.ServiceCredential;
import org.wormholes.protocol.rendezvous.ServiceDescriptor;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Gives the descriptors of a published service to those who keep them
/// (`spec/protocol/rendezvous.md`, sections 3 and 4). Belongs to the first loop.
final class ServiceDescriptors {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceDescriptors.class);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration LIFETIME = Duration.ofHours(3);
  private static final Duration REPUBLISH = Duration.ofMinutes(30);
  private static final Duration TELL_AGAIN = Duration.ofSeconds(10);

  private final RunningTunnel tunnel;
  private final Node node;
  private final Shard home;
  private final String name;
  private final NodeKey key;
  private final Set<NodeId> clients;
  private final Runnable whenKept;
  private final Set<Told> told = new HashSet<>();
  private final Map<Long, SealedDescriptor> sealed = new LinkedHashMap<>();
  private Instant published = Instant.EPOCH;
  private Instant toldAt = Instant.EPOCH;
  private long revision;

  /// A keeper, and the descriptor of which period it was given.
  private record Told(NodeId keeper, long period) {}

  /// @param name of the service on this node
  /// @param clients who may read them; empty for everybody
  /// @param whenKept run whenever somebody has taken one
  ServiceDescriptors(
      RunningTunnel tunnel, String name, NodeKey key, Set<NodeId> clients, Runnable whenKept) {
    this.tunnel = tunnel;
    this.node = tunnel.node;
    this.home = node.shards().getFirst();
    this.name = name;
    this.key = key;
    this.clients = clients;
    this.whenKept = whenKept;
  }

  boolean areOld(Instant now) {
    return now.isAfter(published.plus(REPUBLISH));
  }

  /// Gives out new ones.
  void publish(ServiceDescriptor content, List<ServiceCredential> credentials, Instant now) {
    published = now;
    revision = Math.max(revision + 1, now.toEpochMilli());
    told.clear();
    sealed.clear();
    for (ServiceCredential credential : credentials) {
      long period = credential.period();
      Bytes instance = Bytes.of(node.key().serviceInstance(name, period));
      var terms = new SealedDescriptor.Terms(instance, revision, LIFETIME);
      sealed.put(
          period, SealedDescriptor.seal(content, terms, key, period, clients, node.entropy()));
    }
    tellKeepers(now);
  }

  /// Tries again, now and then, those who have not taken theirs, and those who are keepers by now.
  void tick(Instant now) {
    if (now.isAfter(toldAt.plus(TELL_AGAIN))) {
      tellKeepers(now);
    }
  }

  /// Gives the descriptors to those who should keep them and were not told yet.
  private void tellKeepers(Instant now) {
    toldAt = now;
    List<NodeId> relays = tunnel.relays();
    sealed.forEach((period, descriptor) -> {
      NodeId blinded = ServiceCredential.of(key.id(), period).blinded();
      for (NodeId keeper : Keepers.of(relays, blinded, Keepers.REPLICAS)) {
        Told each = new Told(keeper, period);
        if (told.add(each)) {
          give(each, descriptor.encoded());
        }
      }
    });
  }

  /// Gives a descriptor to a keeper. One that does not take it is told again.
  private void give(Told to, Bytes descriptor) {
    Optional<Path> path =
        tunnel
            .relay(to.keeper())
            .flatMap(relay -> tunnel.pickBefore(relay, tunnel.on(home).suspects()));
    if (path.isEmpty()) {
      told.remove(to);
      return;
    }
    long now = revision;
    ClientCircuit circuit =
        tunnel.circuit(
            home,
            path.get(),
            new ClientCircuit.Owner() {
              private boolean taken;

              @Override
              public void onReady(ClientCircuit ready) {}

              @Override
              public void onRendezvous(ClientCircuit ready, RendezvousMessage message)
                  throws WireException {
                if (!(message instanceof RendezvousMessage.Published(Reason reason))) {
                  throw new WireException("expected an answer to a descriptor");
                }
                taken = true;
                if (reason == Reason.DONE) {
                  whenKept.run();
                } else {
                  LOG.debug("{} does not keep our descriptor: {}", to.keeper(), reason);
                }
                ready.close(Reason.DONE);
              }

              @Override
              public void onOver(ClientCircuit lost, LinkReason reason) {
                tunnel.on(home).noteEntrance(lost, reason);
                if (!taken && revision == now) {
                  told.remove(to);
                }
              }
            });
    home.after(ANSWER, () -> circuit.close(Reason.DONE));
    circuit.start(new RendezvousMessage.Publish(descriptor));
  }
}
