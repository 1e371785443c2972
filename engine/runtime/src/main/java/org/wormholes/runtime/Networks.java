package org.wormholes.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.membership.SignedStatement;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;
import org.wormholes.runtime.store.KeptNetwork;

/// The networks that this node belongs to, and what of them is kept between runs. Thread-safe.
final class Networks {
  private static final Logger LOG = LoggerFactory.getLogger(Networks.class);

  private final Node node;
  private final NetworkStore store;
  private final Executor work;
  private final Map<Bytes, NetworkHost> hosts = new LinkedHashMap<>();

  /// What is kept, by the network's name on the wire: closed networks and those among friends.
  private final Map<Bytes, KeptNetwork> kept = new LinkedHashMap<>();

  private final AtomicBoolean writeAsked = new AtomicBoolean();
  private volatile Map<Bytes, NetworkHost> view = Map.of();
  private boolean started;

  Networks(Node node, NetworkStore store, Executor work) {
    this.node = node;
    this.store = store;
    this.work = work;
  }

  /// Takes up what was kept.
  synchronized void start() throws IOException {
    started = true;
    for (KeptNetwork each : store.load()) {
      try {
        kept.put(Bytes.of(each.rules().idBytes()), each);
        join(each.rules());
      } catch (IllegalArgumentException e) {
        throw new IOException("kept network " + each.name() + ": " + e.getMessage(), e);
      }
    }
    hosts.values().forEach(NetworkHost::start);
  }

  void stop() {
    view.values().forEach(NetworkHost::stop);
  }

  Optional<NetworkHost> find(Bytes id) {
    return Optional.ofNullable(view.get(id));
  }

  Collection<NetworkHost> all() {
    return view.values();
  }

  /// The network a ruleset means: one for invited nodes that names no founders is the one of its
  /// name that this node belongs to.
  ///
  /// @throws IOException with what to do, if there is none
  synchronized Network resolve(Network rules) throws IOException {
    if (rules.openTo() != Network.OpenTo.INVITED) {
      return rules;
    }
    if (!rules.founders().isEmpty()) {
      try {
        Founders.of(rules);
        return rules;
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    List<Network> joined =
        hosts.values().stream()
            .map(NetworkHost::rules)
            .filter(
                each -> each.openTo() == Network.OpenTo.INVITED && each.name().equals(rules.name()))
            .toList();
    if (joined.size() != 1) {
      throw new IOException(
          joined.isEmpty()
              ? "network %s is for invited nodes, and this node was invited to none of that name:"
                      .formatted(rules.name())
                  + " join it with `wormholes join`, or make it with `wormholes network create`"
              : "there are %d networks called %s that this node belongs to: name the founder of the one that is meant"
                  .formatted(joined.size(), rules.name()));
    }
    Network mine = joined.getFirst();
    return new Network(
        mine.name(), mine.openTo(), mine.founders(), rules.bootstraps(), rules.tables());
  }

  /// Belongs to a network from now on; to one that it belongs to already with more first contacts.
  ///
  /// @param rules as [#resolve] gave them
  synchronized NetworkHost join(Network rules) {
    Bytes id = Bytes.of(rules.idBytes());
    NetworkHost host = hosts.get(id);
    if (host == null) {
      host = new NetworkHost(node, rules, () -> changed(id), store.tables());
      restore(host, kept.get(id));
      hosts.put(id, host);
      view = Map.copyOf(hosts);
      node.served(host);
      if (started) {
        host.start();
      }
    }
    host.introductions().add(rules.bootstraps());
    return host;
  }

  private static void restore(
      NetworkHost host, @org.jspecify.annotations.Nullable KeptNetwork kept) {
    if (kept == null) {
      return;
    }
    host.friends(friends(kept));
    host.introductions().add(kept.friends().stream().filter(it -> it.contains("@")).toList());
    List<SignedStatement> statements = new ArrayList<>();
    for (String each : kept.statements()) {
      try {
        statements.add(SignedStatement.decode(Bytes.of(Base64.getDecoder().decode(each))));
      } catch (WireException | IllegalArgumentException e) {
        LOG.warn("a kept statement about network {} is damaged: {}", kept.name(), e.getMessage());
      }
    }
    host.shown(statements);
  }

  private static Set<NodeId> friends(KeptNetwork kept) {
    Set<NodeId> friends = new LinkedHashSet<>();
    for (String each : kept.friends()) {
      try {
        friends.add(friend(each));
      } catch (WireException e) {
        LOG.warn("a friend in network {} is not understood: {}", kept.name(), e.getMessage());
      }
    }
    return friends;
  }

  /// Who is meant by an address, alone or with a place.
  static NodeId friend(String text) throws WireException {
    return text.contains("@") ? NodeUri.parse(text).node() : NodeId.parse(text);
  }

  /// Belongs to a network now and after the next start.
  synchronized NetworkHost keep(KeptNetwork network) throws IOException {
    NetworkHost host = join(network.rules());
    kept.put(host.id(), network);
    host.friends(friends(network));
    host.introductions().add(network.friends().stream().filter(it -> it.contains("@")).toList());
    write();
    return host;
  }

  synchronized Optional<KeptNetwork> kept(Bytes id) {
    return Optional.ofNullable(kept.get(id));
  }

  /// Keeps what is known now before it returns.
  synchronized void write() throws IOException {
    List<KeptNetwork> all = new ArrayList<>();
    for (Map.Entry<Bytes, KeptNetwork> each : kept.entrySet()) {
      all.add(withStatements(each.getValue(), find(each.getKey())));
    }
    store.save(all);
  }

  private static KeptNetwork withStatements(KeptNetwork old, Optional<NetworkHost> host) {
    return host.flatMap(NetworkHost::roll)
        .map(roll -> {
          List<String> statements =
              roll.statements().stream()
                  .map(each -> Base64.getEncoder().encodeToString(each.encoded().toArray()))
                  .toList();
          return new KeptNetwork(
              old.name(),
              old.openTo(),
              old.founders(),
              old.bootstraps(),
              old.friends(),
              statements);
        })
        .orElse(old);
  }

  /// Something new was said about a network: it is written soon, several changes at once.
  private void changed(Bytes id) {
    if (!writeAsked.compareAndSet(false, true)) {
      return;
    }
    try {
      work.execute(() -> {
        writeAsked.set(false);
        writeChanged(id);
      });
    } catch (RejectedExecutionException ended) {
      LOG.debug("what changed last in a network is not kept: the engine is stopping");
    }
  }

  private synchronized void writeChanged(Bytes id) {
    NetworkHost host = hosts.get(id);
    if (host != null && host.roll().isPresent()) {
      Network rules = host.rules();
      kept.computeIfAbsent(id, key -> KeptNetwork.of(rules));
    }
    try {
      write();
    } catch (IOException e) {
      LOG.warn("what is known about networks cannot be kept: {}", e.getMessage());
    }
  }
}
