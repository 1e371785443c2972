package org.wormholes.cli;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Network;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.spi.Transport;

/// A network on this machine, all nodes in this process: for trying things out and for tests.
///
/// Every node has a loopback address in a subnet of its own where the system has them (Linux), an
/// operator and a country of its own, so that `distinct` and `only` have something to tell apart.
final class Devnet implements AutoCloseable {
  static final int MAX_NODES = 200;

  private static final Duration CHECK_EVERY = Duration.ofMillis(50);

  private final Network network;
  private final String carrier;
  private final List<Engine> nodes = new ArrayList<>();

  private Devnet(Network network, String carrier) {
    this.network = network;
    this.carrier = carrier;
  }

  /// Starts `count` nodes that know one of them.
  ///
  /// @param network its rules; its first contacts are not asked
  /// @param carrier what they listen on; one whose addresses are `host:port` in the main
  static Devnet start(int count, Network network, String carrier, Transport transport)
      throws IOException {
    Devnet devnet = new Devnet(network, carrier);
    try {
      for (int i = 0; i < count; i++) {
        devnet.nodes.add(Engine.start(devnet.settings(i, count), transport, GuardStore.NONE));
      }
      return devnet;
    } catch (IOException e) {
      devnet.close();
      throw e;
    }
  }

  private NodeSettings settings(int index, int count) {
    DevnetPlan.NodePlan plan = DevnetPlan.node(index, count);
    return new NodeSettings(
        NodeKey.create(new SecureRandom()::nextBytes),
        List.of(nodes.isEmpty() ? withContacts(List.of()) : network()),
        plan.exit()
            ? Set.of(NodeRole.RELAY, NodeRole.EXIT)
            : Set.of(NodeRole.RELAY, NodeRole.GUARD),
        Map.of(carrier, plan.host() + ":0"),
        Map.of(),
        plan.operator(),
        "",
        plan.country(),
        plan.bandwidth(),
        plan.exit() ? Optional.of(ExitRules.ANYWHERE_REACHABLE) : Optional.empty(),
        NodeSettings.DEFAULT_MEMORY);
  }

  /// The network with the first node as its first contact.
  Network network() {
    return withContacts(List.of(bootstrap()));
  }

  private Network withContacts(List<String> contacts) {
    return network.withBootstraps(contacts);
  }

  /// The first node, as a ruleset names it.
  String bootstrap() {
    return nodes.getFirst().addresses().getFirst().format();
  }

  List<Engine> nodes() {
    return List.copyOf(nodes);
  }

  /// Waits until every node knows every other.
  ///
  /// @param progress told how many nodes the least informed one knows, whenever that changes
  /// @return whether that came about in time
  boolean awaitAcquainted(Duration patience, Consumer<Integer> progress)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    Semaphore news = new Semaphore(0);
    List<AutoCloseable> subscriptions = new ArrayList<>();
    nodes.forEach(node -> subscriptions.add(node.events(event -> news.release())));
    try {
      int told = -1;
      while (true) {
        int known = leastKnown();
        if (known != told) {
          progress.accept(known);
          told = known;
        }
        if (known >= nodes.size()) {
          return true;
        }
        if (System.nanoTime() > deadline) {
          return false;
        }
        news.tryAcquire(CHECK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        news.drainPermits();
      }
    } finally {
      for (AutoCloseable each : subscriptions) {
        closeQuietly(each);
      }
    }
  }

  private int leastKnown() {
    return nodes.stream().mapToInt(node -> node.nodes().size()).min().orElse(0);
  }

  /// What one node measured of another.
  Optional<Duration> roundTrip(String from, String to) {
    return nodes.stream()
        .filter(node -> node.id().address().equals(from))
        .flatMap(node -> node.nodes().stream())
        .filter(view -> view.node().equals(to))
        .findFirst()
        .flatMap(NodeView::roundTrip);
  }

  private static void closeQuietly(AutoCloseable subscription) {
    try {
      subscription.close();
    } catch (Exception e) {
      throw new IllegalStateException("ending a subscription", e);
    }
  }

  @Override
  public void close() {
    nodes.forEach(Engine::close);
  }
}
