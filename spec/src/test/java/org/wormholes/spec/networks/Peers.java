package org.wormholes.spec.networks;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NetworkStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.runtime.store.KeptNetwork;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.socket.NettyOptions;

/// Engines in this process, over real sockets on loopback, that belong to whatever networks a test
/// likes; and waiting for what they tell.
final class Peers implements AutoCloseable {
  static final long SECONDS = 20;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final NettyTransport transport;
  private final List<Engine> engines = new ArrayList<>();

  Peers() throws IOException {
    transport = NettyTransport.open(NettyOptions.defaults().withLoops(2));
  }

  Transport transport() {
    return transport;
  }

  static NodeKey newKey() {
    return NodeKey.create(RANDOM::nextBytes);
  }

  /// A relay and exit of these networks.
  Engine relay(Network... networks) throws IOException {
    return relay(newKey(), NetworkStore.NONE, networks);
  }

  /// A relay that listens at a port and tells others of another address.
  Engine relay(NodeKey key, int port, String announced, Network... networks) throws IOException {
    NodeSettings settings =
        new NodeSettings(
            key,
            List.of(networks),
            Set.of(NodeRole.RELAY),
            Map.of("tcp", "127.0.0.1:" + port),
            Map.of("tcp", announced),
            "",
            "",
            "",
            0,
            Optional.empty(),
            NodeSettings.DEFAULT_MEMORY);
    return started(Engine.start(settings, transport, GuardStore.NONE));
  }

  Engine relay(NodeKey key, NetworkStore store, Network... networks) throws IOException {
    NodeSettings settings =
        new NodeSettings(
            key,
            List.of(networks),
            Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
            Map.of("tcp", "127.0.0.1:0"),
            Map.of(),
            "",
            "",
            "",
            0,
            Optional.of(LocalNetwork.LOOPBACK_EXIT),
            NodeSettings.DEFAULT_MEMORY);
    return started(Engine.start(settings, transport, GuardStore.NONE, store));
  }

  Engine client(Network... networks) throws IOException {
    return client(newKey(), NetworkStore.NONE, networks);
  }

  Engine client(NodeKey key, NetworkStore store, Network... networks) throws IOException {
    return started(
        Engine.start(
            NodeSettings.client(key, List.of(networks)), transport, GuardStore.NONE, store));
  }

  private Engine started(Engine engine) {
    engines.add(engine);
    return engine;
  }

  /// Where an engine is, as a first contact.
  static String contact(Engine engine) {
    return engine.addresses().getFirst().format();
  }

  static String place(Engine engine) {
    return Objects.requireNonNull(engine.carrierAddresses().get(NodeUri.USUAL_CARRIER));
  }

  /// A ruleset with a SOCKS entry for a tunnel of so many hops over each of these networks.
  static Ruleset tunnels(int hops, Network... networks) {
    List<Tunnel> tunnels = new ArrayList<>();
    for (Network each : networks) {
      tunnels.add(
          new Tunnel(
              each.name(),
              each.name(),
              List.of(new Entry.Socks(new Entry.Listen(0), true)),
              Relays.any(hops),
              LocalNetwork.LOOPBACK_EXIT,
              List.of("tcp"),
              Optional.empty(),
              new Isolation(false, false),
              false,
              Optional.empty()));
    }
    return new Ruleset("test", "1", List.of(networks), tunnels, List.of(), List.of());
  }

  /// Applies a ruleset and gives the ports of its entries.
  static List<Integer> apply(Engine engine, Ruleset ruleset) {
    return engine.apply(ruleset, SourceMap.EMPTY).toCompletableFuture().join().stream()
        .map(ListenView::address)
        .map(address -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))
        .toList();
  }

  /// Waits until something holds, looking whenever an engine tells of anything.
  static void await(String what, Engine engine, BooleanSupplier met) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Runnable check =
        () -> {
          if (met.getAsBoolean()) {
            done.complete(null);
          }
        };
    try (var _ = engine.events((EngineEvent event) -> Thread.ofPlatform().daemon().start(check))) {
      check.run();
      done.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new AssertionError("never came true: " + what, e);
    }
  }

  @Override
  public void close() {
    engines.forEach(Engine::close);
    transport.close();
  }

  /// Keeps in memory what outlives an engine.
  static final class Memory implements NetworkStore {
    private volatile List<KeptNetwork> kept = List.of();

    @Override
    public List<KeptNetwork> load() {
      return kept;
    }

    @Override
    public void save(List<KeptNetwork> networks) {
      kept = List.copyOf(networks);
    }
  }
}
