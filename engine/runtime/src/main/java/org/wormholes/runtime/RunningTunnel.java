package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.wormholes.protocol.circuit.CellChoice;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.rules.Chains;
import org.wormholes.rules.ExitFacts;
import org.wormholes.rules.ExitPolicy;
import org.wormholes.rules.Network;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Shape;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.SpecialNames;
import org.wormholes.runtime.PathPicker.Outcome;
import org.wormholes.runtime.PathPicker.Wish;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;

/// A tunnel of the applied ruleset: its rule made ready to decide, and one part on each loop that
/// keeps its circuits.
final class RunningTunnel implements FlowWay {
  final Tunnel rule;
  final Network network;
  private final Bytes networkId;
  final PathPicker picker;
  final ExitPolicy exitPolicy;
  final LongAdder flows = new LongAdder();

  /// Payload of circuits that are over, towards exits.
  final LongAdder bytesUp = new LongAdder();

  /// Payload of circuits that are over, from exits.
  final LongAdder bytesDown = new LongAdder();

  final Node node;
  private final Optional<GuardBook> guards;
  private final List<TunnelShard> shards = new ArrayList<>();
  private volatile Optional<Outcome.Blocked> problem = Optional.empty();
  private final Optional<Prober> prober;
  private final List<PublishedService> services;
  private volatile boolean draining;
  private volatile Map<String, RunningGateway> behind = Map.of();

  RunningTunnel(Node node, Tunnel rule, Network network) {
    this.node = node;
    this.rule = rule;
    this.network = network;
    this.networkId = Bytes.of(network.idBytes());
    this.picker = new PathPicker(rule, networkId, node.id(), node.roundTrips()::find, node.facts());
    this.exitPolicy = ExitPolicy.of(rule.exit());
    this.guards = rule.relays().guard().map(guard -> node.guardBook(rule.name(), guard));
    this.prober = Prober.needed(rule) ? Optional.of(new Prober(this)) : Optional.empty();
    for (Shard shard : node.shards()) {
      shards.add(new TunnelShard(shard, this));
    }
    this.services =
        rule.published().stream().map(each -> new PublishedService(this, each)).toList();
  }

  /// The gateway that a stream leaves into, as the script names it.
  Optional<String> via(EntrySpec.Target to) {
    return rule.exit().vias().isEmpty()
        ? Optional.empty()
        : Host.parse(to.host())
            .filter(host -> !SpecialNames.isService(host))
            .flatMap(host -> rule.exit().via(ExitFacts.asked(host, to.port(), Protocol.TCP)));
  }

  /// That gateway, behind the exit; absent until the rules that name it are in force.
  Optional<RunningGateway> behind(String gateway) {
    return Optional.ofNullable(behind.get(Chains.nameBehind(rule.name(), gateway)));
  }

  /// Says what stands behind the exit, among other gateways.
  void behind(Map<String, RunningGateway> gateways) {
    if (!rule.exit().vias().isEmpty()) {
      behind = Map.copyOf(gateways);
    }
  }

  void start() {
    prober.ifPresent(Prober::start);
    shards.forEach(part -> part.shard.run(part::start));
    services.forEach(PublishedService::start);
  }

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public boolean allows(EntrySpec.Target to, Protocol protocol) {
    return Switchboard.exitAllows(this, to, protocol);
  }

  @Override
  public void open(
      int lane,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow pending,
      Runnable whenOver) {
    Switchboard.open(this, lane, shard, request, target, pending, whenOver);
  }

  @Override
  public boolean isToBlame(FlowAcceptor.Refusal refusal) {
    return refusal == FlowAcceptor.Refusal.GENERAL_FAILURE;
  }

  @Override
  public void probe(Shard home, PathProbe.Question question, PathProbe.Listener listener) {
    Optional<String> via =
        question.place().flatMap(place -> via(new EntrySpec.Target(place.host(), place.port())));
    if (via.isEmpty()) {
      PathProbe.start(on(home), question, listener);
    } else if (behind(via.get()).isEmpty()) {
      listener.onFailure("its exit is not ready");
    } else {
      behind(via.get()).get().probe(home, question, listener);
    }
  }

  /// Its circuits say by themselves how they are.
  @Override
  public Runnable onChange(Runnable changed) {
    return () -> {};
  }

  TunnelShard on(Shard shard) {
    return shards.get(shard.loop.index());
  }

  List<TunnelShard> parts() {
    return shards;
  }

  /// A path by the rule. Guards are a wish that is never dropped: where the rule asks for guards
  /// and none may be used, there is no path.
  Outcome pick(Optional<NodeId> exit, Set<NodeId> avoided) {
    return note(pick(exit, avoided, false));
  }

  private Outcome pick(Optional<NodeId> exit, Set<NodeId> avoided, boolean inside) {
    Optional<Set<NodeId>> entrances = guardsNow();
    if (entrances.isPresent() && entrances.get().isEmpty()) {
      return noGuard(rule);
    }
    Wish wish = new Wish(exit, entrances.orElse(Set.of()), avoided, inside);
    return picker.pick(view(), wish, node.random());
  }

  /// A path by the rule that stays in the network: to any relay that may be the last hop, whether
  /// it is an exit or not.
  Optional<Path> pickAny(Set<NodeId> avoided) {
    return pick(Optional.empty(), avoided, true) instanceof Outcome.Picked(Path path)
        ? Optional.of(path)
        : Optional.empty();
  }

  /// A path that ends at a relay somebody else chose: all hops of the rule stand before it.
  Optional<Path> pickBefore(NodeDescriptor last, Set<NodeId> avoided) {
    Set<NodeId> others = new HashSet<>(avoided);
    others.add(last.id());
    return pickAny(others)
        .filter(path -> path.hops().size() < Cells.MAX_HOPS)
        .filter(path -> path.hops().stream().noneMatch(hop -> hop.id().equals(last.id())))
        .map(path -> {
          List<NodeDescriptor> hops = new ArrayList<>(path.hops());
          hops.add(last);
          return Path.complete(path.hops().size() + 1, hops);
        });
  }

  /// A circuit of this tunnel for other things than its flows.
  ClientCircuit circuit(Shard shard, Path path, ClientCircuit.Owner owner) {
    return shaped(new ClientCircuit(shard, host(), path, rule.carry(), false, owner));
  }

  /// One on which a service of this tunnel will meet a client.
  ClientCircuit serving(Shard shard, Path path, ClientCircuit.Owner owner) {
    return shaped(ClientCircuit.serving(shard, host(), path, rule.carry(), owner));
  }

  /// Gives a circuit the size of cells that the rule asks for.
  ClientCircuit shaped(ClientCircuit circuit) {
    rule.shape().ifPresent(shape -> circuit.cells(choice(shape)));
    return circuit;
  }

  private static CellChoice choice(Shape shape) {
    return switch (shape) {
      case LARGE_CELLS -> CellChoice.LARGE;
      case SMALL_CELLS -> CellChoice.SMALL;
    };
  }

  /// A relay of its network, by name.
  Optional<NodeDescriptor> relay(NodeId id) {
    return view().stream()
        .filter(each -> each.id().equals(id) && each.has(NodeRole.RELAY))
        .findFirst();
  }

  /// The names of all relays that may keep a descriptor.
  List<NodeId> relays() {
    return view().stream()
        .filter(each -> each.has(NodeRole.RELAY) && !each.id().equals(node.id()))
        .map(NodeDescriptor::id)
        .toList();
  }

  /// The guards to use now, from all nodes that are known, whichever of them a path may use: else
  /// others would become guards. Absent where the rule asks for none.
  private Optional<Set<NodeId>> guardsNow() {
    return guards.map(book -> book.guards(picker, view(), node.random()));
  }

  /// The nodes of its network.
  java.util.Collection<NodeDescriptor> view() {
    return node.networks()
        .find(networkId)
        .map(host -> host.directory().view().values())
        .orElse(List.of());
  }

  /// The network it runs over, once it does.
  NetworkHost host() {
    return node.networks()
        .find(networkId)
        .orElseThrow(() -> new IllegalStateException("network " + network.name() + " was left"));
  }

  /// For the path of one part of a split flow.
  SplitPaths.Lane lane() {
    return new SplitPaths.Lane(rule, picker, guardsNow());
  }

  static Outcome.Blocked noGuard(Tunnel rule) {
    return new Outcome.Blocked(
        "no guard answers or may be chosen", org.wormholes.rules.RulePath.guard(rule.name()));
  }

  private Outcome note(Outcome outcome) {
    Optional<Outcome.Blocked> before = problem;
    problem = outcome instanceof Outcome.Blocked blocked ? Optional.of(blocked) : Optional.empty();
    problem.filter(now -> !before.equals(problem)).ifPresent(now -> node.blocked(this, now));
    return outcome;
  }

  void entranceFailed(NodeId first) {
    guards.ifPresent(book -> book.failed(first));
  }

  void entranceWorked(NodeId first) {
    guards.ifPresent(book -> book.worked(first));
  }

  /// What it publishes.
  List<PublishedService> services() {
    return services;
  }

  /// Why the last search for a path found none.
  Optional<Outcome.Blocked> problem() {
    return problem;
  }

  boolean isDraining() {
    return draining;
  }

  /// Takes no new flows from now on; what lives goes on.
  void drain() {
    draining = true;
    services.forEach(PublishedService::drain);
    shards.forEach(part -> part.shard.run(part::drain));
  }

  /// Ends every flow.
  void cut() {
    draining = true;
    services.forEach(PublishedService::stop);
    shards.forEach(part -> part.shard.run(part::cut));
  }
}
