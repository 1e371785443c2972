package org.wormholes.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.DatagramListener;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.runtime.PathPicker.Outcome;

/// The circuits of one tunnel on one loop: which flow goes on which, one clean circuit in reserve,
/// and what becomes of the flows of a circuit that dies. Flows are carried on by another circuit to
/// the same exit, or they end with an error; there is no third way.
final class TunnelShard implements ClientCircuit.Owner {
  private static final int MAX_CIRCUITS = 4_096;

  /// Tries for a flow that the exit has not heard of, each over another path.
  private static final int MAX_FRESH_TRIES = 8;

  /// Tries to reach the exit of a circuit that died. With the pauses between them, relays that are
  /// away for a moment are given some five seconds; then the exit is taken for dead.
  private static final int MAX_REBUILDS = 14;

  private static final Duration REBUILD_PAUSE = Duration.ofMillis(50);
  private static final int MAX_PAUSE_DOUBLINGS = 3;
  private static final Duration SPARE_PAUSE = Duration.ofMillis(200);
  private static final Duration SPARE_DELAY = Duration.ofMillis(20);

  /// How long a flow waits for the network to become known, or for a path that is blocked.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int MAX_WAITING = 1_024;
  private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);
  private static final long IDLE_NANOS = Duration.ofSeconds(60).toNanos();

  final Shard shard;
  private final RunningTunnel tunnel;
  private final Map<IsolationKey, ClientCircuit> byKey = new HashMap<>();
  private final Map<ClientCircuit, Use> circuits = new HashMap<>();
  private final Suspects suspects = new Suspects();

  /// Flows for which there is no path yet.
  private final Set<ClientFlow> waiting = new LinkedHashSet<>();

  private final TunnelNames names;
  private final ServiceVisits services;
  private @Nullable ClientCircuit spare;
  private boolean sparePaused;
  private boolean draining;
  private boolean isCut;

  /// What a circuit is for.
  private static final class Use {
    @Nullable IsolationKey key;
    long idleSince;
    boolean retired;

    /// How many circuits before this one failed to carry the same flows on.
    int rebuilds;

    /// What part of a split it carries, null for none.
    @Nullable SplitLane lane;

    /// Probes on it that are not over.
    final Set<PathProbe> probes = new LinkedHashSet<>();
  }

  TunnelShard(Shard shard, RunningTunnel tunnel) {
    this.shard = shard;
    this.tunnel = tunnel;
    this.names = new TunnelNames(this, tunnel);
    this.services = new ServiceVisits(this, tunnel);
  }

  TunnelNames names() {
    return names;
  }

  /// The circuit for questions about names, null while there is none to be had.
  @Nullable ClientCircuit circuitForNames(IsolationKey key) {
    return draining ? null : circuitFor(key);
  }

  void start() {
    keepSpare();
    shard.after(SWEEP_EVERY, this::sweep);
  }

  /// Puts a flow that has had no answer yet on a circuit, or ends it with a reason.
  void open(ClientFlow flow) {
    if (ServiceVisits.isMeant(flow.target)) {
      openService(flow);
      return;
    }
    if (place(flow)) {
      return;
    }
    if (isCut || waiting.size() >= MAX_WAITING) {
      flow.abandon(Reason.LOST);
      return;
    }
    waiting.add(flow);
    pauseSpare();
    shard.after(
        PATIENCE,
        () -> {
          if (waiting.remove(flow)) {
            flow.abandon(Reason.LOST);
          }
        });
  }

  private void openService(ClientFlow flow) {
    Optional<NodeId> service = ServiceVisits.service(flow.target);
    if (service.isEmpty()) {
      flow.abandon(Reason.HOST_UNREACHABLE); // mistyped, and no exit's business
    } else if (isCut) {
      flow.abandon(Reason.LOST);
    } else {
      services.open(service.get(), flow);
    }
  }

  private boolean place(ClientFlow flow) {
    if (flow.isOver()) {
      return true;
    }
    // A draining tunnel still carries the flows that were given to it before it was replaced.
    ClientCircuit circuit = isCut ? null : circuitFor(flow.key);
    if (circuit == null) {
      return false;
    }
    flow.goOver(circuit);
    return true;
  }

  /// Lets a probe have a circuit of its own, now or once it is ready.
  void probe(PathProbe probe) {
    ClientCircuit circuit = isCut ? null : circuitFor(PathProbe.KEY);
    if (circuit == null) {
      probe.onBlocked();
    } else {
      use(circuit).probes.removeIf(PathProbe::isOver);
      use(circuit).probes.add(probe);
      if (circuit.isReady()) {
        probe.onCircuit(circuit);
      }
    }
  }

  @Override
  public void onPong(ClientCircuit circuit, long roundTripNanos) {
    Use use = circuits.get(circuit);
    if (use != null) {
      List.copyOf(use.probes).forEach(probe -> probe.onPong(roundTripNanos));
    }
  }

  /// A datagram flow on the circuit for this key; empty when there is none to be had.
  Optional<ClientDatagrams> openDatagrams(IsolationKey key, DatagramListener listener) {
    ClientCircuit circuit = draining ? null : circuitFor(key);
    return circuit == null
        ? Optional.empty()
        : Optional.of(new ClientDatagrams(circuit, circuit.end.openDatagrams(listener)));
  }

  List<ClientCircuit> circuits() {
    List<ClientCircuit> all = new ArrayList<>(circuits.keySet());
    all.addAll(services.circuits());
    return List.copyOf(all);
  }

  boolean isEmpty() {
    return circuits.isEmpty() && services.isEmpty();
  }

  boolean isRetired(ClientCircuit circuit) {
    Use use = circuits.get(circuit);
    return use != null && use.retired;
  }

  void drain() {
    draining = true;
    sweepNow();
  }

  void cut() {
    draining = true;
    isCut = true;
    List<ClientFlow> unplaced = List.copyOf(waiting);
    waiting.clear();
    unplaced.forEach(flow -> flow.abandon(Reason.LOST));
    services.cut();
    List.copyOf(circuits.keySet()).forEach(circuit -> circuit.close(Reason.REQUESTED));
  }

  private @Nullable ClientCircuit circuitFor(IsolationKey key) {
    ClientCircuit known = byKey.get(key);
    if (known != null && isUsable(known)) {
      return known;
    }
    ClientCircuit circuit = spare;
    if (circuit == null || !isUsable(circuit)) {
      circuit = build(Optional.empty(), suspects());
    } else {
      spare = null;
    }
    if (circuit != null) {
      use(circuit).key = key;
      byKey.put(key, circuit);
      spareLater();
    }
    return circuit;
  }

  /// Nodes that failed lately.
  Set<NodeId> suspects() {
    return suspects.now(shard.now());
  }

  /// A circuit for one part of split flows, over a path that was chosen together with those of the
  /// other parts; null when there is no room for it.
  @Nullable ClientCircuit build(Path path, SplitLane lane) {
    if (isCut || circuits.size() >= MAX_CIRCUITS) {
      return null;
    }
    ClientCircuit circuit = build(path, tunnel.rule.earlyData());
    use(circuit).lane = lane;
    return circuit;
  }

  boolean isUsable(ClientCircuit circuit) {
    Use use = circuits.get(circuit);
    return use != null && !use.retired && !circuit.isOver() && circuit.end.hasRoom();
  }

  private Use use(ClientCircuit circuit) {
    Use use = circuits.get(circuit);
    if (use == null) {
      throw new IllegalStateException("not a circuit of this tunnel");
    }
    return use;
  }

  /// A new circuit, to a given exit or any; null when the rule allows no path.
  private @Nullable ClientCircuit build(Optional<NodeId> exit, Set<NodeId> avoided) {
    if (circuits.size() >= MAX_CIRCUITS) {
      return null;
    }
    return switch (tunnel.pick(exit, avoided)) {
      case Outcome.Blocked _ -> null;
      case Outcome.Picked(Path path) -> build(path, tunnel.rule.earlyData() && exit.isEmpty());
    };
  }

  private ClientCircuit build(Path path, boolean early) {
    ClientCircuit circuit =
        tunnel.shaped(
            new ClientCircuit(shard, tunnel.host(), path, tunnel.rule.carry(), early, this));
    Use use = new Use();
    use.idleSince = shard.now();
    circuits.put(circuit, use);
    // Started after the caller has put its flows on: the first of them may travel along.
    shard.run(circuit::start);
    return circuit;
  }

  private void keepSpare() {
    if (!draining && !sparePaused && spare == null) {
      spare = build(Optional.empty(), suspects());
      if (spare == null) {
        pauseSpare();
      }
    }
  }

  /// The flow that took the reserve goes first.
  private void spareLater() {
    if (!sparePaused && spare == null) {
      shard.after(SPARE_DELAY, this::keepSpare);
    }
  }

  private void pauseSpare() {
    if (!sparePaused) {
      sparePaused = true;
      shard.after(
          SPARE_PAUSE,
          () -> {
            sparePaused = false;
            keepSpare();
            waiting.removeIf(this::place);
            if (!waiting.isEmpty()) {
              pauseSpare();
            }
          });
    }
  }

  @Override
  public void onReady(ClientCircuit circuit) {
    suspects.worked(circuit.path.hops());
    tunnel.entranceWorked(circuit.path.first().id());
    use(circuit).rebuilds = 0;
    List.copyOf(use(circuit).probes).forEach(probe -> probe.onCircuit(circuit));
    shard.node.circuitBuilt(tunnel, circuit);
  }

  @Override
  public void onOver(ClientCircuit circuit, LinkReason reason) {
    Use use = circuits.remove(circuit);
    if (use == null) {
      return;
    }
    tunnel.bytesUp.add(circuit.flows.bytesIn);
    tunnel.bytesDown.add(circuit.flows.bytesOut);
    if (use.key != null) {
      byKey.remove(use.key, circuit);
    }
    use.probes.forEach(PathProbe::onLost);
    boolean wasSpare = spare == circuit;
    if (wasSpare) {
      spare = null;
    }
    boolean failed = reason != LinkReason.FINISHED;
    if (failed) {
      noteFailure(circuit, reason);
    }
    List<Carried> left = circuit.flows.letGo();
    if (!failed) {
      left.forEach(flow -> flow.abandon(Reason.REQUESTED));
    } else {
      List<Carried> answered = left.stream().filter(flow -> flow.stream().isConnected()).toList();
      carryOn(answered, circuit.path, use, use.rebuilds + 1);
      left.stream().filter(flow -> !answered.contains(flow)).forEach(this::startAgain);
    }
    if (wasSpare && failed) {
      pauseSpare();
    }
  }

  /// Remembers who may be to blame for the end of a circuit that is not among these.
  void note(ClientCircuit circuit, LinkReason reason) {
    if (reason != LinkReason.FINISHED) {
      noteFailure(circuit, reason);
    }
  }

  /// The same for a circuit to a relay that somebody else chose, who must not be able to cast
  /// suspicion on ours: only the entrance is to blame, where it is lost.
  void noteEntrance(ClientCircuit circuit, LinkReason reason) {
    if (reason != LinkReason.FINISHED && circuit.lostItsEntrance()) {
      noteFailure(circuit, reason);
    }
  }

  private void noteFailure(ClientCircuit circuit, LinkReason reason) {
    if (circuit.lostItsEntrance()) {
      tunnel.entranceFailed(circuit.path.first().id());
    }
    suspects.failed(circuit.blamed(reason), shard.now());
    shard.node.circuitLost(tunnel, circuit, reason);
  }

  /// The application has had no answer yet, so nothing it said can be lost or said twice: any path
  /// will do.
  private void startAgain(Carried unanswered) {
    if (!(unanswered instanceof ClientFlow flow)) {
      // All parts of a split flow are opened again, over other paths to one exit.
      unanswered.abandon(Reason.LOST);
      return;
    }
    if (++flow.failures < MAX_FRESH_TRIES) {
      open(flow);
    } else {
      flow.abandon(Reason.LOST);
    }
  }

  /// The exit holds the other ends of these flows: only it can carry them on.
  private void carryOn(List<Carried> flows, Path path, Use use, int tries) {
    List<Carried> alive = new ArrayList<>(flows);
    alive.removeIf(Carried::isOver);
    if (alive.isEmpty()) {
      return;
    }
    if (tries > MAX_REBUILDS) {
      alive.forEach(flow -> flow.abandon(Reason.LOST));
      return;
    }
    if (tries > 1) {
      int doublings = Math.min(tries - 2, MAX_PAUSE_DOUBLINGS);
      shard.after(
          REBUILD_PAUSE.multipliedBy(1L << doublings), () -> rebuild(alive, path, use, tries));
    } else {
      rebuild(alive, path, use, tries);
    }
  }

  private void rebuild(List<Carried> flows, Path path, Use use, int tries) {
    Set<NodeId> avoided = new HashSet<>(suspects());
    if (use.lane != null) {
      avoided.addAll(use.lane.relaysOfOthers());
    }
    ClientCircuit next = build(Optional.of(path.exit().id()), avoided);
    if (next == null) {
      carryOn(flows, path, use, tries + 1);
      return;
    }
    Use nextUse = use(next);
    nextUse.rebuilds = tries;
    nextUse.key = use.key;
    nextUse.retired = use.retired;
    if (use.key != null && !use.retired) {
      byKey.putIfAbsent(use.key, next);
    }
    if (use.lane != null) {
      nextUse.lane = use.lane;
      use.lane.circuit(next);
    }
    for (Carried flow : flows) {
      if (!flow.isOver()) {
        next.end.attach(flow.stream(), shard.now());
        flow.carriedBy(next.flows);
      }
    }
  }

  private void sweep() {
    sweepNow();
    boolean hasFlows = !circuits.isEmpty() || !waiting.isEmpty() || tunnel.flows.sum() > 0;
    if (!draining || (hasFlows && !isCut)) {
      shard.after(SWEEP_EVERY, this::sweep);
    }
  }

  /// Retires circuits that are old, closes those that nobody uses.
  private void sweepNow() {
    long now = shard.now();
    Set<ClientCircuit> unused = new HashSet<>();
    circuits.forEach((circuit, use) -> {
      boolean old =
          tunnel
              .rule
              .rotateEvery()
              .map(every -> now - circuit.bornAt() > every.toNanos())
              .orElse(false);
      if (old || draining) {
        retire(circuit, use);
      }
      if (!isUnused(circuit)) {
        use.idleSince = now;
      } else if (use.retired || (circuit != spare && now - use.idleSince > IDLE_NANOS)) {
        unused.add(circuit);
      }
    });
    unused.forEach(circuit -> circuit.close(Reason.ROTATED));
    services.sweep(now);
    keepSpare();
  }

  private static boolean isUnused(ClientCircuit circuit) {
    return circuit.flows.size() == 0 && circuit.datagramFlows == 0 && !circuit.isAsking();
  }

  private void retire(ClientCircuit circuit, Use use) {
    use.retired = true;
    if (use.key != null) {
      byKey.remove(use.key, circuit);
    }
    if (spare == circuit) {
      spare = null;
    }
  }
}
