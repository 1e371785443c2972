package org.wormholes.spec.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.ChunkPool;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.CircuitListener;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.onion.HopKey;
import org.wormholes.protocol.wire.WireException;

/// A client with one tunnel to one exit: builds circuits, moves its streams from one that died, or
/// that it leaves, to the next.
final class SimClient extends Party {
  private static final long PATIENCE = 4 * Timeline.SECOND;

  final Entropy entropy;
  private final Random random;
  private final SimNode exit;
  private final List<Flow> flows = new ArrayList<>();
  private final List<Consumer<CircuitEnd>> parts = new ArrayList<>();
  private final List<StreamEnd> homeless = new ArrayList<>();
  private final ChunkPool pool = new ChunkPool(1 << 20);
  private @Nullable ClientCircuit current;
  private @Nullable ClientCircuit next;
  private long heardAt;
  private boolean buildPlanned;
  private boolean retired;
  private int built;
  private int lost;
  private long lastBuildTime;

  SimClient(World world, String name, SimNode exit, Random random) {
    super(world, name);
    this.random = random;
    this.entropy = random::nextBytes;
    this.exit = exit;
  }

  void add(Flow flow) {
    flows.add(flow);
  }

  /// Its circuits carry one part of a split flow.
  void add(SplitFlow flow, int part) {
    parts.add(end -> flow.open(part, end));
  }

  int built() {
    return built;
  }

  int lost() {
    return lost;
  }

  /// How long the last circuit took, from the set-up packet to its answer.
  long lastBuildTime() {
    return lastBuildTime;
  }

  @Override
  LinkHandshake initiator(NodeId peer) {
    return LinkHandshake.initiator(peer, entropy);
  }

  @Override
  CircuitSide onSetup(SimLink link, int circuitId) {
    throw new AssertionError("somebody builds a circuit through a client");
  }

  void tick() {
    directory(new org.wormholes.protocol.directory.Directory.Input.Tick());
    if (links.isEmpty()) {
      world.join(this);
    }
    long now = world.timeline().now();
    ClientCircuit circuit = current;
    if (circuit != null && now - heardAt > PATIENCE) {
      world.note(name + " gives a silent circuit up");
      circuit.end(LinkReason.TIMED_OUT);
    } else if (circuit != null && circuit.isBuilt()) {
      circuit.end().ping();
    }
    if (current == null) {
      planBuild();
    }
  }

  private void planBuild() {
    if (!buildPlanned) {
      buildPlanned = true;
      world
          .timeline()
          .after(
              random.nextInt(100_000_000),
              () -> {
                buildPlanned = false;
                if (current == null) {
                  build(false);
                }
              });
    }
  }

  /// Leaves the circuit for a new one.
  void rotate() {
    if (next == null && current != null && current.isBuilt()) {
      world.note(name + " rotates");
      build(true);
    }
  }

  private void build(boolean replacing) {
    List<NodeDescriptor> path = path();
    if (path.isEmpty()) {
      return;
    }
    Optional<SimLink> link = world.node(path.getFirst().id()).flatMap(this::linkTo);
    link.ifPresent(open -> open.whenUp(() -> begin(open, path, replacing), () -> {}));
  }

  private void begin(SimLink link, List<NodeDescriptor> path, boolean replacing) {
    if (retired || (replacing ? next != null || current == null : current != null)) {
      return;
    }
    CircuitEnd end =
        CircuitEnd.client(CircuitLimits.DEFAULT, pool, account, entropy, new Listener(link));
    end.cells(world.options().cells());
    if (!replacing) {
      settle(end);
    }
    try {
      List<HopKey> hops =
          path.stream().map(node -> new HopKey(node.id(), node.onionKey())).toList();
      ClientCircuit circuit = new ClientCircuit(this, link, end, hops);
      link.add(circuit);
      if (replacing) {
        next = circuit;
      } else {
        current = circuit;
      }
      heardAt = world.timeline().now();
      world.dirty(link);
    } catch (WireException e) {
      throw new AssertionError("a relay published a bad key", e);
    }
  }

  /// Gives a fresh circuit the streams that have none, and those that were never opened.
  private void settle(CircuitEnd end) {
    long now = world.timeline().now();
    for (StreamEnd stream : List.copyOf(homeless)) {
      homeless.remove(stream);
      if (!stream.isEnded()) {
        end.attach(stream, now);
      }
    }
    for (Flow flow : flows) {
      if (flow.near.stream == null) {
        flow.near.start(end.open(flow.target(), flow.near));
      }
    }
    parts.forEach(part -> part.accept(end));
  }

  /// Different relays at random, then the exit; empty while too few are known.
  private List<NodeDescriptor> path() {
    List<NodeDescriptor> relays = new ArrayList<>(directory.nodes());
    Optional<NodeDescriptor> last = directory.find(exit.id());
    relays.removeIf(node -> node.id().equals(exit.id()));
    Collections.shuffle(relays, random);
    int middle = world.options().hops() - 1;
    if (last.isEmpty() || relays.size() < middle) {
      return List.of();
    }
    List<NodeDescriptor> path = new ArrayList<>(relays.subList(0, middle));
    path.add(last.get());
    return path;
  }

  void onBuilt(ClientCircuit circuit, long buildTime) {
    built++;
    lastBuildTime = buildTime;
    heardAt = world.timeline().now();
    ClientCircuit old = current;
    if (circuit != next || old == null) {
      return;
    }
    List<StreamEnd> streams = old.end().lost();
    current = circuit;
    next = null;
    old.retire();
    for (StreamEnd stream : streams) {
      circuit.end().attach(stream, world.timeline().now());
    }
  }

  void onLost(ClientCircuit circuit, List<StreamEnd> streams) {
    lost++;
    homeless.addAll(streams);
    if (circuit == current) {
      current = null;
      planBuild();
    }
    if (circuit == next) {
      next = null;
    }
  }

  /// Everything is said: lets go of the circuits.
  void retire() {
    for (ClientCircuit circuit : new ClientCircuit[] {current, next}) {
      if (circuit != null) {
        circuit.retire();
      }
    }
    current = null;
    next = null;
    buildPlanned = true;
    retired = true;
  }

  private final class Listener implements CircuitListener {
    private final SimLink link;

    private Listener(SimLink link) {
      this.link = link;
    }

    @Override
    public void onReady() {
      world.dirty(link);
    }

    @Override
    public void onPong(long roundTripNanos) {
      heardAt = world.timeline().now();
    }

    @Override
    public void onClosed(Reason reason) {
      world.check(false, "the exit closed the circuit: " + reason);
    }
  }
}
