package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.RendezvousRelay;
import org.wormholes.protocol.rendezvous.RendezvousRelay.Output;
import org.wormholes.protocol.rendezvous.SealedDescriptor;

/// What this node does, as a relay of one network, for services and their clients: a
/// [RendezvousRelay] whose circuits are on any loop. Thread-safe.
final class RendezvousDesk {
  private static final Logger LOG = LoggerFactory.getLogger(RendezvousDesk.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int REMEMBERED_BYTES = 512;
  private static final int PROOF_BYTES = 128;

  private final Node node;
  private final RendezvousRelay relay;
  private final Map<Long, ExitCircuit> circuits = new HashMap<>();
  private long charged;
  private boolean ticking;

  RendezvousDesk(Node node) {
    this.node = node;
    this.relay = new RendezvousRelay(node.id());
  }

  /// Takes a message that came on a circuit; called on its loop.
  synchronized void on(ExitCircuit circuit, RendezvousMessage message) {
    circuits.put(circuit.number, circuit);
    carryOut(relay.on(circuit.number, message, node.clock().instant()));
    if (!ticking) {
      ticking = true;
      node.shards().getFirst().after(EVERY, this::tick);
    }
  }

  /// A circuit is gone; called on its loop.
  synchronized void closed(ExitCircuit circuit) {
    if (circuits.remove(circuit.number) != null) {
      relay.closed(circuit.number);
      account();
    }
  }

  private synchronized void tick() {
    carryOut(relay.expire(node.clock().instant()));
    RendezvousRelay.Load load = relay.load();
    ticking = load.descriptors() > 0 || load.meetings() > 0 || load.services() > 0;
    if (ticking) {
      node.shards().getFirst().after(EVERY, this::tick);
    }
  }

  private void carryOut(List<Output> outputs) {
    Output.@Nullable Join join = null;
    for (Output output : outputs) {
      join = output instanceof Output.Join found ? found : join;
    }
    for (Output output : outputs) {
      switch (output) {
        case Output.Send(long to, RendezvousMessage message) -> {
          if (join == null || (to != join.client() && to != join.service())) {
            onCircuit(to, circuit -> circuit.say(message));
          }
        }
        case Output.Violation(long wrong, String what) -> {
          LOG.debug("circuit {}: {}", wrong, what);
          onCircuit(wrong, circuit -> circuit.link.destroy(circuit, LinkReason.PROTOCOL));
        }
        case Output.Join(long client, long service) ->
            meet(client, said(outputs, client), service, said(outputs, service));
      }
    }
    account();
  }

  private static List<RendezvousMessage> said(List<Output> outputs, long circuit) {
    List<RendezvousMessage> said = new ArrayList<>();
    for (Output output : outputs) {
      if (output instanceof Output.Send(long to, RendezvousMessage message) && to == circuit) {
        said.add(message);
      }
    }
    return said;
  }

  /// Joins two circuits and tells their ends. Each end may speak as soon as it is told, so its
  /// circuit is joined before, and the client's only when the service's is: what comes on one never
  /// overtakes what the other has to hear first.
  private void meet(
      long client,
      List<RendezvousMessage> toClient,
      long service,
      List<RendezvousMessage> toService) {
    ExitCircuit first = circuits.remove(client);
    ExitCircuit second = circuits.remove(service);
    if (first == null || second == null) {
      return;
    }
    second.shard.tell(() -> {
      second.join(first, toService);
      first.shard.tell(() -> first.join(second, toClient));
    });
  }

  private interface Task {
    void on(ExitCircuit circuit);
  }

  private void onCircuit(long number, Task task) {
    ExitCircuit circuit = circuits.get(number);
    if (circuit != null) {
      circuit.shard.tell(() -> {
        if (!circuit.detached) {
          task.on(circuit);
        }
      });
    }
  }

  /// What is kept counts as long as it may be; what is remembered of a circuit as some objects.
  private void account() {
    RendezvousRelay.Load load = relay.load();
    long remembered = (long) load.services() + load.meetings() + load.asking();
    long held =
        (long) load.descriptors() * SealedDescriptor.MAX_BYTES
            + remembered * REMEMBERED_BYTES
            + (long) load.proofs() * PROOF_BYTES;
    if (held > charged) {
      node.memory.charge((int) (held - charged));
    } else {
      node.memory.release((int) (charged - held));
    }
    charged = held;
  }
}
