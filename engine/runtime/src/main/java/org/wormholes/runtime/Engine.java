package org.wormholes.runtime;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.rules.FlowFacts;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Network;
import org.wormholes.rules.RouteDecider;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Host;
import org.wormholes.runtime.control.ApplyOutcome;
import org.wormholes.runtime.control.ApplyRefusedException;
import org.wormholes.runtime.control.ApplyRolledBackException;
import org.wormholes.runtime.control.ApplyTerms;
import org.wormholes.runtime.control.CarrierView;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineControl;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.ExpectationText;
import org.wormholes.runtime.control.FactView;
import org.wormholes.runtime.control.HopCandidates;
import org.wormholes.runtime.control.NetworkControl;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.Probe;
import org.wormholes.runtime.control.ProbeResult;
import org.wormholes.runtime.control.RingControl;
import org.wormholes.runtime.control.RulesetView;
import org.wormholes.runtime.control.TableControl;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.runtime.facts.Countries;
import org.wormholes.runtime.facts.FactBoard;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.HostedService;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport;

/// A running node: serves others as far as its settings say, and runs the tunnels of the ruleset
/// applied last. All methods may be called from any thread but an event loop's.
///
/// Several engines may share one [Transport]; closing an engine does not close it.
public final class Engine implements EngineControl, AutoCloseable {
  private static final String STOPPING = "the engine is stopping";

  private final Node node;
  private final Instant startedAt;
  private final ExecutorService work = thread("wormholes-work");
  private final Map<String, Listener> carrierPorts = new LinkedHashMap<>();
  private final AtomicInteger nextShard = new AtomicInteger();
  private final ExecutorService applying = thread("wormholes-apply");

  /// Tunnels of rules that do not run any more, or may soon not.
  private final Set<RunningTunnel> leaving = new LinkedHashSet<>();

  /// Gateways of rules that do not run any more, or may soon not.
  private final Set<RunningGateway> leavingGateways = new LinkedHashSet<>();

  private final Map<String, EntryDoor> proxies = new HashMap<>();
  private final EngineReport report;
  private final NetworkDesk desk;
  private final RingDesk rings;
  private final TableDesk tables;
  private final FactWatch watch;
  private volatile Running running = Running.NOTHING;
  private boolean stopped;

  private Engine(
      NodeSettings settings,
      Transport transport,
      Clock clock,
      GuardStore guards,
      NetworkStore networks) {
    this.node = new Node(settings, transport, clock, new KeptGuards(guards, work), networks, work);
    this.startedAt = clock.instant();
    this.report = new EngineReport(node, this);
    this.desk = new NetworkDesk(node, work, this::addresses, report::links);
    this.rings = new RingDesk(node);
    this.tables = new TableDesk(node);
    this.watch = new FactWatch(node, this::running);
  }

  /// Starts a node: its carriers listen, it looks for its networks.
  ///
  /// @param guards where first hops are kept between runs
  /// @throws IOException if an address cannot be bound
  public static Engine start(NodeSettings settings, Transport transport, GuardStore guards)
      throws IOException {
    return start(settings, transport, Clock.system(ZoneId.systemDefault()), guards);
  }

  /// Likewise.
  ///
  /// @param networks where the networks it belongs to are kept between runs
  public static Engine start(
      NodeSettings settings, Transport transport, GuardStore guards, NetworkStore networks)
      throws IOException {
    return start(settings, transport, Clock.system(ZoneId.systemDefault()), guards, networks);
  }

  static Engine start(NodeSettings settings, Transport transport, Clock clock, GuardStore guards)
      throws IOException {
    return start(settings, transport, clock, guards, NetworkStore.NONE);
  }

  static Engine start(
      NodeSettings settings,
      Transport transport,
      Clock clock,
      GuardStore guards,
      NetworkStore networks)
      throws IOException {
    Engine engine = new Engine(settings, transport, clock, guards, networks);
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
    watch.start();
    for (Network network : settings.networks()) {
      node.networks().join(node.networks().resolve(network));
    }
    checkAnnounced(settings.announce());
    Map<String, String> announced = new HashMap<>();
    for (Map.Entry<String, String> wish : settings.listen().entrySet()) {
      Listener listener = listen(wish.getKey(), wish.getValue());
      carrierPorts.put(wish.getKey(), listener);
      if (settings.announces(wish.getKey())) {
        announced.put(
            wish.getKey(), settings.announce().getOrDefault(wish.getKey(), listener.address()));
      }
    }
    node.announce(announced);
  }

  private Listener listen(String name, String address) throws IOException {
    Carrier carrier = carrier(name);
    List<Loop> loops = node.transport().loops();
    return Stages.await(
        carrier.listen(
            loops, address, node.settings().key(), connection -> accept(name, connection)));
  }

  private Carrier carrier(String name) throws IOException {
    return node.carrier(name)
        .orElseThrow(() ->
            new IOException(
                "there is no carrier %s, there are %s"
                    .formatted(name, String.join(", ", node.carrierNames()))));
  }

  private void checkAnnounced(Map<String, String> announce) throws IOException {
    for (Map.Entry<String, String> each : announce.entrySet()) {
      Optional<String> problem = carrier(each.getKey()).addressProblem(each.getValue());
      if (problem.isPresent()) {
        throw new IOException(
            "could not announce %s=%s: %s"
                .formatted(each.getKey(), each.getValue(), problem.get()));
      }
    }
  }

  private void accept(String carrier, Connection connection) {
    NodeLink.accept(node.shards().get(connection.loop().index()), carrier, connection);
  }

  /// Where others reach this node, by carrier; empty for a client.
  public Map<String, String> carrierAddresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    carrierPorts.forEach((name, listener) -> addresses.put(name, listener.address()));
    return addresses;
  }

  /// Where others reach this node, those first that are announced; an address that is announced
  /// stands for the one that is listened on. Empty for a client.
  public List<NodeUri> addresses() {
    List<NodeUri> told = new ArrayList<>();
    List<NodeUri> untold = new ArrayList<>();
    NodeSettings settings = node.settings();
    carrierPorts.forEach((name, listener) -> {
      String place = settings.announce().getOrDefault(name, listener.address());
      (settings.announces(name) ? told : untold).add(new NodeUri(id(), name, place));
    });
    told.addAll(untold);
    return told;
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

  /// Tunnels that take no new flows and still have some.
  synchronized List<RunningTunnel> drainingTunnels() {
    leaving.removeIf(tunnel ->
        tunnel.isDraining()
            && tunnel.flows.sum() == 0
            && tunnel.parts().stream().allMatch(TunnelShard::isEmpty));
    return List.copyOf(leaving);
  }

  @Override
  public CompletionStage<ApplyOutcome> apply(
      Ruleset candidate, SourceMap sources, ApplyTerms terms) {
    return exchanged(candidate, sources, terms, () -> RuleCodec.digest(candidate));
  }

  /// Applies rules that were decoded a moment ago, whose digest is known.
  public CompletionStage<ApplyOutcome> apply(RuleFile rules) {
    return exchanged(rules.ruleset(), rules.sources(), ApplyTerms.DEFAULT, rules::digest);
  }

  private CompletionStage<ApplyOutcome> exchanged(
      Ruleset candidate, SourceMap sources, ApplyTerms terms, Supplier<String> digest) {
    CompletableFuture<ApplyOutcome> done = new CompletableFuture<>();
    Runnable exchange =
        () -> {
          try {
            done.complete(exchange(candidate, sources, terms, digest.get()));
          } catch (ApplyRefusedException | RuntimeException e) {
            done.completeExceptionally(e);
          }
        };
    try {
      applying.execute(exchange);
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(new ApplyRefusedException("stopping", STOPPING));
    }
    return done;
  }

  /// One apply from its beginning to its end; there is one at a time.
  private ApplyOutcome exchange(
      Ruleset candidate, SourceMap sources, ApplyTerms terms, String digest)
      throws ApplyRefusedException {
    checkExpectations(candidate, sources);
    terms.keeper().prepare();
    Optional<ApplyRefusedException> refusal =
        Optional.of(new ApplyRefusedException("internal", "a mistake in Wormholes"));
    Duration swap = Duration.ZERO;
    try {
      long begin = System.nanoTime();
      Preparation prepared = swap(candidate, sources, digest);
      swap = Duration.ofNanos(System.nanoTime() - begin);
      List<ProbeResult> probes = prove(prepared, terms);
      settle(prepared, terms.drain());
      refusal = Optional.empty();
      RulesetView view = prepared.after().applied().orElseThrow().view();
      return new ApplyOutcome(view, report.entries(prepared.after()), swap, probes);
    } catch (ApplyRefusedException e) {
      refusal = Optional.of(e);
      throw e;
    } finally {
      terms.keeper().ended(swap, refusal);
    }
  }

  /// Tries the new rules and has them kept; takes them back when either fails.
  private List<ProbeResult> prove(Preparation prepared, ApplyTerms terms)
      throws ApplyRolledBackException {
    List<ProbeResult> probes = new ArrayList<>();
    try {
      for (Probe probe : terms.probes()) {
        ProbeResult result = FlowProbe.run(node, this::running, probe);
        probes.add(result);
        if (!result.passed()) {
          throw revert(prepared, terms, "probe-failed", probeFailure(result), probes);
        }
      }
      terms.keeper().keep();
      return probes;
    } catch (IOException e) {
      String why = "the new rules could not be kept: " + e.getMessage();
      throw revert(prepared, terms, "not-kept", why, probes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw revert(prepared, terms, "stopping", STOPPING, probes);
    }
  }

  private static String probeFailure(ProbeResult result) {
    return "the probe of %s failed after %d ms: %s"
        .formatted(result.target(), result.took().toMillis(), result.detail());
  }

  /// Makes the new rules ready and then, with one write, what runs. Old tunnels and ports wait, so
  /// that all of it can be taken back.
  private synchronized Preparation swap(Ruleset candidate, SourceMap sources, String digest)
      throws ApplyRefusedException {
    if (stopped) {
      throw new ApplyRefusedException("stopping", STOPPING);
    }
    Preparation prepared =
        new Preparation(node, this::running, running, candidate, sources, digest);
    prepared
        .networks()
        .forEach(network -> node.networks().join(network).tables().know(network, sources));
    prepared.fresh().forEach(RunningTunnel::start);
    prepared.freshGateways().forEach(RunningGateway::start);
    leaving.addAll(prepared.leaving());
    leavingGateways.addAll(prepared.leavingGateways());
    adopt(prepared.after(), prepared.before());
    return prepared;
  }

  /// The new rules stay: what they have no use for ends.
  private synchronized void settle(Preparation prepared, Duration drain) {
    EntryDoor.closeAll(prepared.closing());
    retire(prepared.leaving(), drain);
    retireGateways(prepared.leavingGateways(), drain);
    if (!stopped) {
      prepared.after().switchboard().ifPresent(rules -> work.execute(rules::compile));
    }
    String name = prepared.after().applied().orElseThrow().view().name();
    node.tell(EngineEvent.Kind.APPLIED, name, "ruleset " + name + " is applied");
  }

  /// The old rules come back, as if nothing had been; flows that began meanwhile are drained.
  private synchronized ApplyRolledBackException revert(
      Preparation prepared, ApplyTerms terms, String code, String why, List<ProbeResult> probes) {
    if (!stopped) {
      adopt(prepared.before(), prepared.after());
      leaving.removeAll(prepared.leaving());
      EntryDoor.closeAll(prepared.opened());
      leaving.addAll(prepared.fresh());
      retire(prepared.fresh(), terms.drain());
      leavingGateways.removeAll(prepared.leavingGateways());
      leavingGateways.addAll(prepared.freshGateways());
      retireGateways(prepared.freshGateways(), terms.drain());
    }
    String runs =
        prepared
            .before()
            .applied()
            .map(it -> "%s %s runs again".formatted(it.view().name(), it.view().version()))
            .orElse("nothing runs, as before");
    String message = why + "; " + runs;
    node.tell(
        EngineEvent.Kind.ROLLED_BACK,
        prepared.after().applied().orElseThrow().view().name(),
        message,
        Map.of("code", code));
    return new ApplyRolledBackException(code, message, probes);
  }

  /// From here on these rules decide.
  private void adopt(Running next, Running last) {
    // Before any flow sees these rules, exits lead where they say.
    next.tunnels().values().forEach(tunnel -> tunnel.behind(next.gateways()));
    running = next;
    next.groups().values().forEach(RunningGroup::start);
    last.groups().values().stream()
        .filter(group -> !next.groups().containsValue(group))
        .forEach(RunningGroup::stop);
    next.applied().ifPresent(applied -> watch.watch(applied.ruleset()));
    publishOnGateways(next, last);
  }

  /// What is left of the old rules on gateways ends first: two services never share an address.
  private static void publishOnGateways(Running next, Running last) {
    last.gateways().values().stream()
        .filter(gateway -> !next.gateways().containsValue(gateway))
        .forEach(gateway -> gateway.publish(Set.of()));
    next.gateways()
        .forEach((name, gateway) -> {
          Set<HostedService> wanted =
              next.tunnels().values().stream()
                  .flatMap(tunnel -> tunnel.services().stream())
                  .filter(service -> service.on().contains(name))
                  .map(PublishedService::onward)
                  .collect(Collectors.toSet());
          gateway.publish(wanted);
        });
  }

  private void retire(List<RunningTunnel> tunnels, Duration drain) {
    for (RunningTunnel old : tunnels) {
      old.drain();
      old.services().forEach(this::cutWhoMayNotCome);
      node.tell(EngineEvent.Kind.TUNNEL_REMOVED, old.rule.name(), "its flows are ending");
      node.shards().getFirst().after(drain, old::cut);
    }
  }

  /// Where a service goes on with other clients, those who are no longer among them are cut.
  private void cutWhoMayNotCome(PublishedService old) {
    List<PublishedService> heirs =
        running.tunnels().values().stream()
            .flatMap(tunnel -> tunnel.services().stream())
            .filter(each -> each.id().equals(old.id()))
            .toList();
    if (!heirs.isEmpty() && heirs.stream().noneMatch(each -> each.clients().isEmpty())) {
      old.keepOnly(
          heirs.stream().flatMap(each -> each.clients().stream()).collect(Collectors.toSet()));
    }
  }

  private void retireGateways(List<RunningGateway> gateways, Duration drain) {
    for (RunningGateway old : gateways) {
      node.shards().getFirst().after(drain, () -> work.execute(() -> end(old)));
    }
  }

  private void end(RunningGateway old) {
    old.stop();
    synchronized (this) {
      leavingGateways.remove(old);
    }
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  private static void checkExpectations(Ruleset candidate, SourceMap sources)
      throws ApplyRefusedException {
    List<RouteDecider.Unmet> unmet = RouteDecider.unmet(candidate);
    if (!unmet.isEmpty()) {
      throw new ApplyRefusedException("expectation", ExpectationText.of(unmet.getFirst(), sources));
    }
  }

  // For the program around the engine.

  /// Connects to a destination through the named tunnel or gateway of the applied ruleset. The host
  /// is resolved beyond it. The connection does not read until it is told to.
  ///
  /// @param isolation flows with different ones never share a circuit
  /// @return fails with an `IOException` that says why there is no connection
  public CompletionStage<Connection> dial(
      String tunnel, String host, int port, Optional<FlowRequest.Credentials> isolation) {
    CompletableFuture<Connection> answer = new CompletableFuture<>();
    if (running.tunnel(tunnel).isEmpty() && !running.gateways().containsKey(tunnel)) {
      answer.completeExceptionally(new IOException("there is no tunnel " + tunnel));
      return answer;
    }
    EntrySpec.Target target = new EntrySpec.Target(host, port);
    FlowRequest request = new FlowRequest(EntryDoor.forward(tunnel, target), target, isolation, "");
    List<Shard> shards = node.shards();
    Shard shard = shards.get(Math.floorMod(nextShard.getAndIncrement(), shards.size()));
    EntryDoor door = new EntryDoor(node, this::running, request.entry(), EntryDoor.Use.ROUTED);
    shard.run(() -> door.open(request, new OwnFlow(shard, node.transport(), answer)));
    return answer;
  }

  @Override
  public void open(Optional<String> through, EntrySpec.Target to, FlowAcceptor.PendingFlow flow) {
    EntrySpec entry =
        through
            .map(way -> EntryDoor.forward(way, to))
            .orElse(
                new EntrySpec("", EntrySpec.Kind.HTTP, "127.0.0.1", 0, false, Optional.empty()));
    if (through.isPresent() && !running.leadsBy(through.get())) {
      flow.refuse(
          FlowAcceptor.Refusal.NOT_ALLOWED,
          "there is no tunnel, group or gateway called " + through.get());
    } else {
      new EntryDoor(node, this::running, entry, EntryDoor.Use.ROUTED)
          .open(new FlowRequest(entry, to, Optional.empty(), ""), flow);
    }
  }

  /// An HTTP proxy on a loopback port whose every flow takes the named tunnel; opened when first
  /// asked for, open until the engine stops.
  ///
  /// @return `host:port`
  /// @throws IOException if there is no such tunnel, or no port can be opened
  @Override
  public synchronized String proxy(String tunnel) throws IOException {
    if (running.tunnel(tunnel).isEmpty()) {
      throw new IOException("there is no tunnel " + tunnel);
    }
    EntryDoor known = proxies.get(tunnel);
    if (known == null) {
      EntrySpec spec =
          new EntrySpec(tunnel, EntrySpec.Kind.HTTP, "127.0.0.1", 0, false, Optional.empty());
      known = new EntryDoor(node, this::running, spec, EntryDoor.Use.PINNED);
      known.opened(Stages.await(node.transport().listen(spec, known)));
      proxies.put(tunnel, known);
    }
    return known.listener().address();
  }

  @Override
  public List<String> newIdentity(Optional<String> gateway) throws IOException {
    Map<String, RunningGateway> all = running.gateways();
    RunningGateway named = gateway.map(all::get).orElse(null);
    if (gateway.isPresent() && (named == null || named.rule.kind() != Gateway.Kind.TOR)) {
      throw new IOException(
          named == null
              ? "there is no gateway " + gateway.get()
              : "gateway " + gateway.get() + " does not lead into Tor");
    }
    List<RunningGateway> those =
        named != null
            ? List.of(named)
            : all.values().stream().filter(each -> each.rule.kind() == Gateway.Kind.TOR).toList();
    if (those.isEmpty()) {
      throw new IOException("the ruleset that runs has no gateway of Tor");
    }
    those.forEach(RunningGateway::newIdentity);
    return those.stream().map(each -> each.rule.name()).sorted().toList();
  }

  @Override
  public RingControl rings() {
    return rings;
  }

  @Override
  public TableControl tables() {
    return tables;
  }

  @Override
  public NetworkControl networks() {
    return desk;
  }

  // Stopping.

  @Override
  public CompletionStage<Void> stop() {
    return CompletableFuture.runAsync(
        this::close, Thread.ofPlatform().daemon().name("wormholes-stop")::start);
  }

  @Override
  public void close() {
    List<EntryDoor> doors;
    List<RunningGateway> gateways;
    synchronized (this) {
      if (stopped) {
        return;
      }
      stopped = true;
      doors = running.doors();
      running.groups().values().forEach(RunningGroup::stop);
      running.tunnels().values().forEach(RunningTunnel::cut);
      leaving.forEach(RunningTunnel::cut);
      gateways = new ArrayList<>(running.gateways().values());
      gateways.addAll(leavingGateways);
    }
    gateways.forEach(RunningGateway::stop);
    node.tell(EngineEvent.Kind.STOPPING, "", "the engine is stopping");
    EntryDoor.closeAll(doors);
    EntryDoor.closeAll(proxies.values());
    carrierPorts.values().forEach(listener -> listener.close());
    watch.stop();
    if (node.leavesRings()) {
      awaitLoops(); // what is said goodbye with goes out before the links end
    }
    node.stop();
    awaitLoops();
    work.shutdown();
    applying.shutdownNow();
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

  /// Where addresses lie, from now on.
  public void countries(Countries countries) {
    node.countries(countries);
  }

  // EngineView.

  @Override
  public FlowFacts flowFacts(FlowSample flow) {
    Host host = Host.parse(flow.host()).orElseThrow();
    return flow.facts(new Clues(node.countries(), host), node.facts());
  }

  @Override
  public Optional<String> carrierProblem(String carrier) {
    if (node.carrier(carrier).isEmpty()) {
      return Optional.of("this machine has no carrier of that name");
    }
    return node.carrierHealth().isUp(carrier)
        ? Optional.empty()
        : Optional.of("the last dials over it failed");
  }

  @Override
  public Optional<CarrierView> carrierView(String name) {
    return node.carrier(name).map(it -> node.carrierHealth().view(name));
  }

  @Override
  public List<FactView> facts() {
    return FactNames.views(node.facts());
  }

  @Override
  public void say(Fact fact, Optional<Boolean> value) {
    FactBoard.Key key = new FactBoard.Key(fact, "");
    if (value.isPresent()) {
      node.facts().say(key, value.get());
    } else {
      node.facts().unsay(key);
    }
    node.tell(
        EngineEvent.Kind.FACT_CHANGED,
        fact.word(),
        fact.word()
            + value
                .map(yes -> yes ? " is said to be so" : " is said not to be so")
                .orElse(" is observed again"));
  }

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
