package org.wormholes.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Chains;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.RulePath;
import org.wormholes.rules.Ruleset;
import org.wormholes.runtime.control.Candidate;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineControl;
import org.wormholes.runtime.control.EngineStatus;
import org.wormholes.runtime.control.GatewayView;
import org.wormholes.runtime.control.GroupView;
import org.wormholes.runtime.control.HopCandidates;
import org.wormholes.runtime.control.HopView;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.runtime.control.NodeView;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.Listener;

/// Pictures of a running engine for people and programs; asks each loop for its part.
final class EngineReport {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Node node;
  private final Engine engine;

  EngineReport(Node node, Engine engine) {
    this.node = node;
    this.engine = engine;
  }

  EngineStatus status(Instant startedAt, Map<String, Listener> carrierPorts) {
    List<ListenView> listening = new ArrayList<>();
    carrierPorts.forEach(
        (name, listener) -> listening.add(new ListenView("", "carrier", listener.address(), name)));
    listening.addAll(entries(engine.running()));
    List<TunnelView> tunnels = tunnels();
    int ownCircuits = tunnels.stream().mapToInt(TunnelView::circuits).sum();
    List<Integer> links = onEach(shard -> shard.links().size());
    List<Integer> onLinks =
        onEach(shard -> shard.links().stream().mapToInt(NodeLink::relayedCircuits).sum());
    return new EngineStatus(
        Node.VERSION,
        node.id().address(),
        String.join(", ", networkNames()),
        node.settings().roles().stream().map(EngineReport::word).sorted().toList(),
        ProcessHandle.current().pid(),
        Duration.between(startedAt, node.clock().instant()),
        engine.running().applied().map(EngineControl.Applied::view),
        listening,
        tunnels,
        groups(),
        gateways(),
        NetworkViews.of(node).size(),
        sum(links),
        ownCircuits,
        sum(onLinks),
        tunnels.stream().mapToInt(TunnelView::flows).sum(),
        node.memory.usedBytes(),
        node.memory.unheardBytes(),
        node.memory.limitBytes(),
        node.carrierNames().stream().sorted().map(node.carrierHealth()::view).toList());
  }

  private List<GroupView> groups() {
    List<RunningGroup> groups =
        engine
            .running()
            .applied()
            .map(applied ->
                applied.ruleset().groups().stream()
                    .flatMap(rule -> engine.running().group(rule.name()).stream())
                    .toList())
            .orElse(List.of());
    return onEach(shard ->
            shard == node.shards().getFirst()
                ? groups.stream().map(RunningGroup::view).toList()
                : List.<GroupView>of())
        .getFirst();
  }

  /// Those of the script, then those behind exits.
  private List<GatewayView> gateways() {
    Optional<Ruleset> rules = engine.running().applied().map(EngineControl.Applied::ruleset);
    List<GatewayView> views = new ArrayList<>();
    List<Gateway> all = new ArrayList<>(rules.map(Ruleset::gateways).orElse(List.of()));
    all.addAll(rules.map(Chains::behind).orElse(List.of()));
    for (Gateway rule : all) {
      engine
          .running()
          .gateway(rule.name())
          .ifPresent(gateway -> {
            GatewaySpeaker.State state = gateway.state();
            views.add(
                new GatewayView(
                    rule.name(),
                    rule.kind().word(),
                    GatewayView.State.valueOf(state.phase().name()),
                    state.percent(),
                    state.detail(),
                    Chains.among(all, rule.name()),
                    gateway.flows.intValue()));
          });
    }
    return views;
  }

  /// Links as every loop tells them.
  List<NodeLink> links(java.util.function.Function<Shard, List<NodeLink>> asked) {
    return onEach(asked).stream().flatMap(List::stream).toList();
  }

  private List<String> networkNames() {
    List<String> names = new ArrayList<>();
    node.networks().all().forEach(host -> names.add(host.rules().name()));
    names.sort(null);
    engine
        .running()
        .tunnels()
        .values()
        .forEach(tunnel -> {
          if (!names.contains(tunnel.network.name())) {
            names.add(tunnel.network.name());
          }
        });
    return names;
  }

  private static int sum(List<Integer> parts) {
    return parts.stream().mapToInt(Integer::intValue).sum();
  }

  private static String word(NodeRole role) {
    return switch (role) {
      case RELAY -> "relay";
      case EXIT -> "exit";
      case GUARD -> "guard";
    };
  }

  List<ListenView> entries(Running running) {
    List<ListenView> views = new ArrayList<>();
    running.entries().forEach((door, spec) -> views.add(entry(door, spec)));
    return views;
  }

  private static ListenView entry(EntryDoor door, EntrySpec spec) {
    String note =
        switch (spec.kind()) {
          case SOCKS -> "SOCKS5, SOCKS4a and HTTP" + (spec.udp() ? ", UDP" : "");
          case HTTP -> "HTTP CONNECT and plain HTTP";
          case DNS ->
              spec.names()
                  .map(dns ->
                      "DNS over %s, invents %s%s"
                          .formatted(
                              dns.over().word(),
                              dns.invents().word(),
                              dns.dnssec().isPresent() ? ", checks signatures" : ""))
                  .orElseThrow();
          case FORWARD ->
              "to " + spec.forward().map(to -> to.host() + ":" + to.port()).orElseThrow();
        };
    return new ListenView(
        spec.tunnel(),
        spec.kind().name().toLowerCase(java.util.Locale.ROOT),
        door.listener().address(),
        note);
  }

  List<NodeView> nodes() {
    List<NodeView> views = new ArrayList<>();
    List<List<NodeId>> linked =
        onEach(shard -> shard.links().stream().flatMap(link -> link.peer().stream()).toList());
    for (NodeDescriptor each : NetworkViews.of(node)) {
      views.add(
          new NodeView(
              each.id().address(),
              NodeAddress.nickname(each.id()),
              each.id().equals(node.id()),
              each.roles().stream().map(EngineReport::word).sorted().toList(),
              each.carriers(),
              each.operator(),
              each.country(),
              each.bandwidth(),
              each.version(),
              linked.stream().anyMatch(peers -> peers.contains(each.id())),
              roundTrip(each.id()),
              each.expires(),
              each.family().isEmpty() ? Optional.empty() : Optional.of(each.family()),
              each.networks().stream().map(EngineReport::networkName).toList()));
    }
    views.sort(Comparator.comparing(NodeView::node));
    return views;
  }

  private static String networkName(org.wormholes.protocol.wire.Bytes id) {
    return "wn1-" + java.util.HexFormat.of().formatHex(id.toArray());
  }

  private Optional<Duration> roundTrip(NodeId id) {
    OptionalLong nanos = node.roundTrips().find(id);
    return nanos.isPresent() ? Optional.of(Duration.ofNanos(nanos.getAsLong())) : Optional.empty();
  }

  List<TunnelView> tunnels() {
    List<TunnelView> views = new ArrayList<>();
    engine.running().tunnels().values().forEach(tunnel -> views.add(tunnel(tunnel)));
    engine.drainingTunnels().forEach(tunnel -> views.add(tunnel(tunnel)));
    return views;
  }

  private TunnelView tunnel(RunningTunnel tunnel) {
    List<ClientCircuit> circuits = circuitsOf(tunnel);
    boolean ready = circuits.stream().anyMatch(ClientCircuit::isReady);
    Optional<String> problem =
        ready ? Optional.empty() : tunnel.problem().map(PathPicker.Outcome.Blocked::why);
    TunnelView.State state;
    Running running = engine.running();
    boolean leaving = !running.tunnels().containsValue(tunnel);
    if (leaving) {
      state = TunnelView.State.DRAINING;
    } else if (ready) {
      state = TunnelView.State.READY;
    } else {
      state = problem.isPresent() ? TunnelView.State.BLOCKED : TunnelView.State.BUILDING;
    }
    List<ListenView> listening =
        entries(running).stream()
            .filter(entry -> !leaving && entry.tunnel().equals(tunnel.rule.name()))
            .toList();
    return new TunnelView(
        tunnel.rule.name(),
        tunnel.rule.network(),
        state,
        problem,
        listening,
        tunnel.rule.relays().count(),
        circuits.size(),
        (int) tunnel.flows.sum(),
        tunnel.bytesUp.sum() + circuits.stream().mapToLong(each -> each.flows.bytesIn).sum(),
        tunnel.bytesDown.sum() + circuits.stream().mapToLong(each -> each.flows.bytesOut).sum(),
        tunnel.services().stream().map(service -> service.view(running.gateways())).toList());
  }

  private List<ClientCircuit> circuitsOf(RunningTunnel tunnel) {
    return onEach(shard -> tunnel.on(shard).circuits()).stream().flatMap(List::stream).toList();
  }

  List<CircuitView> circuits() {
    List<RunningTunnel> all = new ArrayList<>(engine.running().tunnels().values());
    all.addAll(engine.drainingTunnels());
    List<CircuitView> views = new ArrayList<>();
    for (RunningTunnel tunnel : all) {
      onEach(shard ->
              tunnel.on(shard).circuits().stream()
                  .map(circuit -> circuit(tunnel, tunnel.on(shard), circuit))
                  .toList())
          .forEach(views::addAll);
    }
    views.sort(Comparator.comparingLong(CircuitView::id));
    return views;
  }

  /// On the circuit's loop.
  private CircuitView circuit(RunningTunnel tunnel, TunnelShard part, ClientCircuit circuit) {
    CircuitView.State state =
        !circuit.isReady()
            ? CircuitView.State.BUILDING
            : part.isRetired(circuit) ? CircuitView.State.DRAINING : CircuitView.State.READY;
    List<NodeDescriptor> path = circuit.path.hops();
    List<HopView> hops = new ArrayList<>();
    for (int i = 0; i < path.size(); i++) {
      NodeDescriptor hop = path.get(i);
      hops.add(
          new HopView(
              hop.id().address(),
              NodeAddress.nickname(hop.id()),
              hop.carriers().values().stream().findFirst().orElse(""),
              i == path.size() - 1 ? "exit" : "relay",
              i == 0 ? roundTrip(hop.id()) : Optional.empty()));
    }
    long roundTrip = circuit.end.roundTripNanos();
    return new CircuitView(
        circuit.number,
        tunnel.rule.name(),
        state,
        hops,
        circuit.flows.size() + circuit.datagramFlows,
        Duration.ofNanos(part.shard.now() - circuit.bornAt()),
        circuit.buildNanos().isPresent()
            ? Optional.of(Duration.ofNanos(circuit.buildNanos().getAsLong()))
            : Optional.empty(),
        roundTrip > 0 ? Optional.of(Duration.ofNanos(roundTrip)) : Optional.empty(),
        circuit.flows.bytesIn,
        circuit.flows.bytesOut);
  }

  List<HopCandidates> candidates(String name) {
    RunningTunnel tunnel = engine.running().tunnels().get(name);
    if (tunnel == null) {
      return List.of();
    }
    int count = tunnel.rule.relays().count();
    List<HopCandidates> hops = new ArrayList<>();
    for (int hop = 1; hop <= count; hop++) {
      boolean exit = hop == count;
      boolean first = hop == 1;
      List<Candidate> candidates =
          tunnel.view().stream()
              .sorted(Comparator.comparing(NodeDescriptor::id))
              .map(each -> candidate(tunnel, each, first, exit))
              .toList();
      hops.add(new HopCandidates(hop, exit ? "exit" : "relay", candidates));
    }
    return hops;
  }

  private static Candidate candidate(
      RunningTunnel tunnel, NodeDescriptor each, boolean first, boolean exit) {
    Optional<PathPicker.Exclusion> excluded = tunnel.picker.exclusion(each, exit);
    if (excluded.isEmpty() && first) {
      excluded = tunnel.picker.entranceExclusion(each);
      if (excluded.isEmpty()
          && tunnel.rule.relays().guard().isPresent()
          && !each.has(NodeRole.GUARD)) {
        excluded =
            Optional.of(new PathPicker.Exclusion("guard", RulePath.guard(tunnel.rule.name())));
      }
    }
    Optional<Double> score = tunnel.picker.score(each);
    return new Candidate(
        each.id().address(),
        NodeAddress.nickname(each.id()),
        excluded.isEmpty(),
        excluded.map(PathPicker.Exclusion::by).orElse(""),
        excluded.map(PathPicker.Exclusion::rulePath).orElse(""),
        excluded.flatMap(it -> tunnel.picker.settling(it, each)),
        Optional.empty(),
        score.isPresent() ? OptionalDouble.of(score.get()) : OptionalDouble.empty());
  }

  /// Asks every loop, each on its own thread, and waits for all.
  private <T> List<T> onEach(Function<Shard, T> question) {
    List<CompletableFuture<T>> answers = new ArrayList<>();
    for (Shard shard : node.shards()) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      answers.add(answer);
      shard.run(() -> {
        try {
          answer.complete(question.apply(shard));
        } catch (RuntimeException e) {
          answer.completeExceptionally(e);
        }
      });
    }
    return answers.stream()
        .map(answer ->
            answer
                .orTimeout(PATIENCE.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
                .join())
        .toList();
  }
}
