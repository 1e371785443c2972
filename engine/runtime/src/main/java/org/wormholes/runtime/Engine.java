package org.wormholes.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.rules.Entry;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Network;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.runtime.control.ApplyRefusedException;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineControl;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.Explainer;
import org.wormholes.runtime.control.FlowText;
import org.wormholes.runtime.control.HopCandidates;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.RulesetView;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;

/// A running node: serves others as far as its settings say, and runs the tunnels of the ruleset
/// applied last. All methods may be called from any thread but an event loop's.
///
/// Several engines may share one [Transport]; closing an engine does not close it.
public final class Engine implements EngineControl, AutoCloseable {
  private final Node node;
  private final Introductions introductions;
  private final Instant startedAt;
  private final ExecutorService work =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
  private final Map<String, Listener> carrierPorts = new LinkedHashMap<>();
  private final AtomicInteger nextShard = new AtomicInteger();
  private final List<RunningTunnel> draining = new ArrayList<>();
  private final Map<String, EntryDoor> proxies = new HashMap<>();
  private final EngineReport report;
  private volatile Running running = Running.NOTHING;
  private boolean stopped;

  /// What runs now; replaced as a whole.
  record Running(
      Optional<Applied> applied, @Nullable Switchboard switchboard, List<EntryDoor> doors) {
    static final Running NOTHING = new Running(Optional.empty(), null, List.of());

    Map<String, RunningTunnel> tunnels() {
      return switchboard == null ? Map.of() : switchboard.tunnels();
    }
  }

  private Engine(NodeSettings settings, Transport transport, Clock clock, GuardStore guards) {
    this.node = new Node(settings, transport, clock, new KeptGuards(guards, work));
    this.introductions = new Introductions(node);
    this.startedAt = clock.instant();
    this.report = new EngineReport(node, this);
  }

  /// Starts a node: its carriers listen, it looks for its networks.
  ///
  /// @param guards where first hops are kept between runs
  /// @throws IOException if an address cannot be bound
  public static Engine start(NodeSettings settings, Transport transport, GuardStore guards)
      throws IOException {
    return start(settings, transport, Clock.system(ZoneId.systemDefault()), guards);
  }

  static Engine start(NodeSettings settings, Transport transport, Clock clock, GuardStore guards)
      throws IOException {
    Engine engine = new Engine(settings, transport, clock, guards);
    try {
      engine.open();
      return engine;
    } catch (IOException e) {
      engine.close();
      throw e;
    }
  }

  private void open() throws IOException {
    NodeSettings settings = node.settings();
    node.start();
    introductions.start();
    join(settings.networks());
    Map<String, String> announced = new HashMap<>();
    for (Map.Entry<String, String> wish : settings.listen().entrySet()) {
      Listener listener = listen(wish.getKey(), wish.getValue());
      carrierPorts.put(wish.getKey(), listener);
      announced.put(
          wish.getKey(), settings.announce().getOrDefault(wish.getKey(), listener.address()));
    }
    node.announce(announced);
  }

  private Listener listen(String name, String address) throws IOException {
    Carrier carrier =
        node.carrier(name).orElseThrow(() -> new IOException("there is no carrier " + name));
    List<Loop> loops = node.transport().loops();
    return await(carrier.listen(loops, address, connection -> accept(name, connection)));
  }

  private void accept(String carrier, Connection connection) {
    NodeLink.accept(node.shards().get(connection.loop().index()), carrier, connection);
  }

  private void join(List<Network> networks) {
    node.join(networks);
    networks.forEach(network -> introductions.add(network.bootstraps()));
  }

  /// Where others reach this node, by carrier; empty for a client.
  public Map<String, String> carrierAddresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    carrierPorts.forEach((name, listener) -> addresses.put(name, listener.address()));
    return addresses;
  }

  public NodeId id() {
    return node.id();
  }

  // Applying.

  @Override
  public Optional<Applied> applied() {
    return running.applied();
  }

  Running running() {
    return running;
  }

  synchronized List<RunningTunnel> drainingTunnels() {
    draining.removeIf(tunnel ->
        tunnel.flows.sum() == 0 && tunnel.parts().stream().allMatch(TunnelShard::isEmpty));
    return List.copyOf(draining);
  }

  @Override
  public CompletionStage<List<ListenView>> apply(Ruleset candidate, SourceMap sources) {
    CompletableFuture<List<ListenView>> done = new CompletableFuture<>();
    work.execute(() -> {
      try {
        done.complete(exchange(candidate, sources));
      } catch (ApplyRefusedException | RuntimeException e) {
        done.completeExceptionally(e);
      }
    });
    return done;
  }

  private synchronized List<ListenView> exchange(Ruleset candidate, SourceMap sources)
      throws ApplyRefusedException {
    if (stopped) {
      throw new ApplyRefusedException("stopping", "the engine is stopping");
    }
    checkExpectations(candidate);
    Running before = running;
    Map<String, RunningTunnel> tunnels = new LinkedHashMap<>();
    List<RunningTunnel> fresh = new ArrayList<>();
    for (Tunnel rule : candidate.tunnels()) {
      Network network = candidate.network(rule.network()).orElseThrow();
      RunningTunnel kept = before.tunnels().get(rule.name());
      if (kept != null && sameTunnel(kept, rule, network)) {
        tunnels.put(rule.name(), kept);
      } else {
        RunningTunnel made = new RunningTunnel(node, rule, network);
        tunnels.put(rule.name(), made);
        fresh.add(made);
      }
    }
    Switchboard switchboard = new Switchboard(node.clock(), candidate, tunnels);
    List<EntryDoor> doors = openDoors(candidate, before.doors(), switchboard);
    join(candidate.networks());
    RulesetView view =
        new RulesetView(
            candidate.name(),
            candidate.version(),
            RuleCodec.digest(candidate),
            node.clock().instant());
    fresh.forEach(RunningTunnel::start);
    running = new Running(Optional.of(new Applied(candidate, sources, view)), switchboard, doors);
    proxies.values().forEach(door -> door.serve(door.spec(), switchboard));
    retire(before, tunnels, doors);
    node.tell(
        EngineEvent.Kind.APPLIED, candidate.name(), "ruleset " + candidate.name() + " is applied");
    return report.entries(doors);
  }

  private static void checkExpectations(Ruleset candidate) throws ApplyRefusedException {
    List<RouteDecider.Unmet> unmet = RouteDecider.unmet(candidate);
    if (!unmet.isEmpty()) {
      RouteDecider.Unmet first = unmet.getFirst();
      throw new ApplyRefusedException(
          "expectation",
          "expectation %d is not met: for %s, %s is expected and %s decided"
              .formatted(
                  first.index() + 1,
                  FlowText.of(first.expectation().flow()),
                  Explainer.named(first.expectation().expected()),
                  Explainer.named(first.decision().verdict())));
    }
  }

  /// Whether flows of the running tunnel would not notice: entries may differ, they are doors only.
  private static boolean sameTunnel(RunningTunnel kept, Tunnel rule, Network network) {
    Tunnel old = kept.rule;
    Tunnel withOldEntries =
        new Tunnel(
            rule.name(),
            rule.network(),
            old.entries(),
            rule.relays(),
            rule.exit(),
            rule.carry(),
            rule.rotateEvery(),
            rule.isolation(),
            rule.earlyData(),
            rule.shape());
    return old.equals(withOldEntries) && kept.network.id().equals(network.id());
  }

  /// Opens what is new, keeps what stays; on failure closes what was opened and changes nothing.
  private List<EntryDoor> openDoors(
      Ruleset candidate, List<EntryDoor> before, Switchboard switchboard)
      throws ApplyRefusedException {
    Map<EntryDoor, EntrySpec> kept = new LinkedHashMap<>();
    List<EntryDoor> opened = new ArrayList<>();
    List<EntryDoor> doors = new ArrayList<>();
    List<EntryDoor> free = new ArrayList<>(before);
    for (Tunnel tunnel : candidate.tunnels()) {
      for (Entry entry : tunnel.entries()) {
        EntrySpec spec = spec(tunnel.name(), entry);
        Optional<EntryDoor> same = free.stream().filter(door -> fits(door, spec)).findFirst();
        if (same.isPresent()) {
          free.remove(same.get());
          kept.put(same.get(), spec);
          doors.add(same.get());
          continue;
        }
        EntryDoor door = new EntryDoor(node, spec, switchboard, false);
        try {
          door.opened(await(node.transport().listen(spec, door)));
        } catch (IOException e) {
          opened.forEach(EntryDoor::close);
          throw new ApplyRefusedException(
              "port-in-use",
              "tunnel %s cannot listen on %s:%d: %s"
                  .formatted(tunnel.name(), spec.host(), spec.port(), e.getMessage()));
        }
        opened.add(door);
        doors.add(door);
      }
    }
    kept.forEach((door, spec) -> door.serve(spec, switchboard));
    return doors;
  }

  /// A door with any free port is kept only for the tunnel it was opened for.
  private static boolean fits(EntryDoor door, EntrySpec spec) {
    return door.place().equals(EntryDoor.Place.of(spec))
        && (spec.port() != 0 || door.spec().tunnel().equals(spec.tunnel()));
  }

  private static EntrySpec spec(String tunnel, Entry entry) {
    String host = entry.listen().host().equals("localhost") ? "127.0.0.1" : entry.listen().host();
    int port = entry.listen().port();
    return switch (entry) {
      case Entry.Socks(Entry.Listen _, boolean udp) ->
          new EntrySpec(tunnel, EntrySpec.Kind.SOCKS, host, port, udp, Optional.empty());
      case Entry.Http(Entry.Listen _) ->
          new EntrySpec(tunnel, EntrySpec.Kind.HTTP, host, port, false, Optional.empty());
      case Entry.Forward(Entry.Listen _, String to, int toPort, boolean udp) ->
          new EntrySpec(
              tunnel,
              EntrySpec.Kind.FORWARD,
              host,
              port,
              udp,
              Optional.of(new EntrySpec.Target(to, toPort)));
    };
  }

  private void retire(Running before, Map<String, RunningTunnel> kept, List<EntryDoor> doors) {
    before.doors().stream().filter(door -> !doors.contains(door)).forEach(EntryDoor::close);
    for (RunningTunnel old : before.tunnels().values()) {
      if (!kept.containsValue(old)) {
        draining.add(old);
        old.drain();
        node.tell(EngineEvent.Kind.TUNNEL_REMOVED, old.rule.name(), "its flows are ending");
        node.shards().getFirst().after(DRAIN_DEADLINE, old::cut);
      }
    }
  }

  // For the program around the engine.

  /// Connects to a destination through the named tunnel of the applied ruleset. The host is
  /// resolved at the exit. The connection does not read until it is told to.
  ///
  /// @param isolation flows with different ones never share a circuit
  /// @return fails with an `IOException` that says why there is no connection
  public CompletionStage<Connection> dial(
      String tunnel, String host, int port, Optional<FlowRequest.Credentials> isolation) {
    CompletableFuture<Connection> answer = new CompletableFuture<>();
    Switchboard switchboard = running.switchboard();
    if (switchboard == null || switchboard.tunnel(tunnel).isEmpty()) {
      answer.completeExceptionally(new IOException("there is no tunnel " + tunnel));
      return answer;
    }
    EntrySpec.Target target = new EntrySpec.Target(host, port);
    FlowRequest request = new FlowRequest(EntryDoor.forward(tunnel, target), target, isolation, "");
    List<Shard> shards = node.shards();
    Shard shard = shards.get(Math.floorMod(nextShard.getAndIncrement(), shards.size()));
    shard.run(() -> switchboard.open(shard, request, new OwnFlow(shard, node.transport(), answer)));
    return answer;
  }

  /// An HTTP proxy on a loopback port whose every flow takes the named tunnel; opened when first
  /// asked for, open until the engine stops.
  ///
  /// @return `host:port`
  /// @throws IOException if there is no such tunnel, or no port can be opened
  public synchronized String proxy(String tunnel) throws IOException {
    Switchboard switchboard = running.switchboard();
    if (switchboard == null || switchboard.tunnel(tunnel).isEmpty()) {
      throw new IOException("there is no tunnel " + tunnel);
    }
    EntryDoor known = proxies.get(tunnel);
    if (known == null) {
      EntrySpec spec =
          new EntrySpec(tunnel, EntrySpec.Kind.HTTP, "127.0.0.1", 0, false, Optional.empty());
      known = new EntryDoor(node, spec, switchboard, true);
      known.opened(await(node.transport().listen(spec, known)));
      proxies.put(tunnel, known);
    }
    return known.listener().address();
  }

  // Stopping.

  @Override
  public CompletionStage<Void> stop() {
    return CompletableFuture.runAsync(this::close, command -> Thread.ofVirtual().start(command));
  }

  @Override
  public void close() {
    List<EntryDoor> doors;
    synchronized (this) {
      if (stopped) {
        return;
      }
      stopped = true;
      doors = running.doors();
      running.tunnels().values().forEach(RunningTunnel::cut);
      draining.forEach(RunningTunnel::cut);
    }
    node.tell(EngineEvent.Kind.STOPPING, "", "the engine is stopping");
    doors.forEach(EntryDoor::close);
    proxies.values().forEach(EntryDoor::close);
    carrierPorts.values().forEach(listener -> listener.close());
    introductions.stop();
    node.stop();
    awaitLoops();
    work.shutdown();
  }

  /// Waits until every loop has done what it was told.
  private void awaitLoops() {
    List<CompletableFuture<Void>> turns = new ArrayList<>();
    for (Shard shard : node.shards()) {
      CompletableFuture<Void> turn = new CompletableFuture<>();
      turns.add(turn);
      shard.run(() -> turn.complete(null));
    }
    CompletableFuture.allOf(turns.toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, 5, java.util.concurrent.TimeUnit.SECONDS)
        .join();
  }

  private static <T> T await(CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof UncheckedIOException io) {
        throw io.getCause();
      }
      throw e;
    }
  }

  // EngineView.

  @Override
  public EngineStatus status() {
    return report.status(startedAt, carrierPorts);
  }

  @Override
  public List<NodeView> nodes() {
    return report.nodes();
  }

  @Override
  public List<TunnelView> tunnels() {
    return report.tunnels();
  }

  @Override
  public List<CircuitView> circuits() {
    return report.circuits();
  }

  @Override
  public List<HopCandidates> candidates(String tunnel, FlowSample flow) {
    return report.candidates(tunnel);
  }

  @Override
  public Subscription events(Consumer<EngineEvent> listener) {
    Runnable cancel = node.listen(listener);
    return cancel::run;
  }
}
