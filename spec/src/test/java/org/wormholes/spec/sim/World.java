package org.wormholes.spec.sim;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.crypto.NodeId;

/// A whole network in one thread: the seed, the clock, the nodes, and what is between them. Takes
/// the next event, carries it out, then checks everything that must always hold. The same seed
/// always gives the same run.
final class World {
  private static final long FAULTS_FROM = Timeline.SECOND + 300 * Timeline.MILLISECOND;
  private static final long FAULTS_UNTIL = 6 * Timeline.SECOND;
  private static final long ALL_SAID_BY = 150 * Timeline.SECOND;
  private static final int MAX_NOTES = 60;

  private record SpoiledCell(Wire wire, int direction, int circuit, long number) {}

  private final long seed;
  private final Options options;
  private final Random random;
  private final Timeline timeline = new Timeline();
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<SimClient> clients = new ArrayList<>();
  private final List<Flow> flows = new ArrayList<>();
  private final List<SplitFlow> splits = new ArrayList<>();
  private final List<Wire> wires = new ArrayList<>();
  private final Set<SimLink> dirty = new LinkedHashSet<>();
  private final Set<SpoiledCell> spoiled = new HashSet<>();
  private final Set<Party> cutOff = new HashSet<>();
  private final ArrayDeque<String> notes = new ArrayDeque<>();
  private int numbers;
  private int refusedSpoiled;
  private long trace = 1;

  World(long seed) {
    this(seed, Options.of(new Random(seed)));
  }

  World(long seed, Options options) {
    this.seed = seed;
    this.options = options;
    this.random = new Random(seed ^ 0x5DEECE66DL);
    build();
  }

  private void build() {
    int relays = Math.max(options.relays(), 2);
    for (int i = 0; i < relays; i++) {
      nodes.add(new SimNode(this, "node-" + i, i >= relays - 2, new Random(random.nextLong())));
    }
    for (SimNode node : nodes) {
      node.publish();
    }
    for (SimNode node : nodes) {
      join(node);
    }
    SimNode exit = nodes.getLast();
    SimClient client = new SimClient(this, "client", exit, new Random(random.nextLong()));
    clients.add(client);
    for (int i = 0; i < options.flows(); i++) {
      Flow flow =
          new Flow(this, i, random.nextInt(options.bytes()), random.nextInt(options.bytes()));
      flows.add(flow);
      client.add(flow);
    }
    timeline.after(100 * Timeline.MILLISECOND, () -> join(client));
    if (options.parts() > 0) {
      split(exit);
    }
    everySecond();
    planFaults();
  }

  /// One more flow, each of its parts by a circuit of a client of its own.
  private void split(SimNode exit) {
    SplitFlow flow =
        new SplitFlow(
            this,
            options.parts(),
            random.nextInt(options.bytes()),
            random.nextInt(options.bytes()));
    splits.add(flow);
    for (int i = 0; i < options.parts(); i++) {
      SimClient lane = new SimClient(this, "lane-" + i, exit, new Random(random.nextLong()));
      clients.add(lane);
      lane.add(flow, i);
      timeline.after(100 * Timeline.MILLISECOND, () -> join(lane));
    }
  }

  private void everySecond() {
    nodes.forEach(SimNode::tick);
    clients.forEach(SimClient::tick);
    timeline.after(Timeline.SECOND, this::everySecond);
  }

  // What the parties need.

  Timeline timeline() {
    return timeline;
  }

  Random random() {
    return random;
  }

  Options options() {
    return options;
  }

  List<Flow> flows() {
    return flows;
  }

  List<SplitFlow> splits() {
    return splits;
  }

  SplitFlow splitOf(Target target) {
    check(SplitFlow.isTarget(target), "a part of no split flow");
    return splits.getFirst();
  }

  /// Circuits of parts that died before their time.
  int lostParts() {
    return clients.stream().skip(1).mapToInt(SimClient::lost).sum();
  }

  List<SimNode> nodes() {
    return nodes;
  }

  SimClient client() {
    return clients.getFirst();
  }

  Instant wallClock() {
    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(timeline.now());
  }

  int nextNumber() {
    return ++numbers;
  }

  Flow flowOf(Target target) {
    String name = target.host().text();
    return flows.get(Integer.parseInt(name.substring(5, name.indexOf('.'))));
  }

  Optional<SimNode> node(NodeId id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
  }

  /// Links a party to the bootstrap node, or to any other that it can reach.
  void join(Party party) {
    for (SimNode node : nodes) {
      if (node != party && party.linkTo(node).isPresent()) {
        return;
      }
    }
  }

  Optional<SimLink> dial(Party from, SimNode to) {
    if (cutOff.contains(from) != cutOff.contains(to)) {
      return Optional.empty();
    }
    Wire wire = new Wire(this, options.delay(), options.bytesPerSecond());
    wires.removeIf(Wire::isBroken);
    wires.add(wire);
    SimLink near = new SimLink(this, from, to, wire.near(), from.initiator(to.id()), true);
    SimLink far = new SimLink(this, to, from, wire.far(), to.responder(), false);
    from.links.add(near);
    to.links.add(far);
    near.start();
    return Optional.of(near);
  }

  /// The link has something to send.
  void dirty(SimLink link) {
    dirty.add(link);
  }

  // Cells that liars spoiled.

  void spoil(Wire.End sender, int circuit, long number) {
    spoiled.add(new SpoiledCell(sender.wire(), sender.index(), circuit, number));
  }

  boolean takeSpoiled(Wire.End receiver, int circuit, long number) {
    return !spoiled.isEmpty()
        && spoiled.remove(new SpoiledCell(receiver.wire(), 1 - receiver.index(), circuit, number));
  }

  void onRefused(boolean wasSpoiled) {
    refusedSpoiled += wasSpoiled ? 1 : 0;
  }

  /// Cells spoiled by a liar that an honest party refused.
  int refusedSpoiled() {
    return refusedSpoiled;
  }

  // What goes wrong.

  private void planFaults() {
    List<Fault> kinds = List.copyOf(options.faults());
    for (int i = 0; i < options.faultCount(); i++) {
      Fault fault = kinds.isEmpty() ? null : kinds.get(random.nextInt(kinds.size()));
      if (fault != null) {
        long when = FAULTS_FROM + (long) (random.nextDouble() * (FAULTS_UNTIL - FAULTS_FROM));
        timeline.at(when, () -> happen(fault));
      }
    }
    timeline.at(FAULTS_UNTIL + Timeline.SECOND, this::heal);
  }

  private void happen(Fault fault) {
    SimNode any = nodes.get(random.nextInt(nodes.size()));
    switch (fault) {
      case BREAK_WIRE -> {
        if (!wires.isEmpty()) {
          note("a wire breaks");
          wires.get(random.nextInt(wires.size())).breakNow();
        }
      }
      case CRASH_RELAY -> {
        if (!any.isExit) {
          any.crash();
        }
      }
      case CRASH_EXIT -> nodes.getLast().crash();
      case PARTITION -> divide();
      case TAMPER -> {
        Wire.Tampering[] ways = Wire.Tampering.values();
        if (!wires.isEmpty()) {
          wires.get(random.nextInt(wires.size())).tamper(ways[random.nextInt(ways.length)]);
        }
      }
      case TAG, REPLAY, SWAP, DROP, INJECT -> any.liar.plan(fault);
      case REPLAY_SETUP -> any.liar.replaySetup(any);
      case FORGE -> any.forge();
      case ROTATE -> clients.forEach(SimClient::rotate);
      case STALL -> {
        Flow flow = flows.get(random.nextInt(flows.size()));
        (random.nextBoolean() ? flow.near : flow.far).stall(random.nextInt(2_000_000_000));
      }
    }
  }

  private void divide() {
    note("the network is divided");
    for (SimNode node : nodes) {
      if (random.nextInt(3) == 0) {
        cutOff.add(node);
      }
    }
    for (SimNode node : nodes) {
      for (SimLink link : List.copyOf(node.links)) {
        if (cutOff.contains(node) != cutOff.contains(link.remote)) {
          link.end.wire().breakNow();
        }
      }
    }
    timeline.after(random.nextInt(3) * Timeline.SECOND, cutOff::clear);
  }

  /// From here on everything works, so everything must come to its end.
  private void heal() {
    note("nothing more goes wrong");
    cutOff.clear();
    nodes.forEach(node -> node.liar.repent());
  }

  // Running.

  /// Runs until every flow is over and everything that was held is let go.
  World run() {
    try {
      while (!flows.stream().allMatch(Flow::isOver)
          || !splits.stream().allMatch(SplitFlow::isOver)) {
        check(
            timeline.now() < ALL_SAID_BY,
            "not all was said in " + ALL_SAID_BY / Timeline.SECOND + " s");
        step();
      }
      clients.forEach(SimClient::retire);
      long end = timeline.now() + 35 * Timeline.SECOND;
      while (timeline.now() < end) {
        step();
      }
      checkNothingIsLeft();
    } catch (RuntimeException e) {
      check(false, "unexpected: " + e);
      throw e;
    }
    return this;
  }

  /// Runs for a while.
  void run(long nanos) {
    long end = timeline.now() + nanos;
    while (timeline.now() < end) {
      step();
    }
  }

  private void step() {
    timeline.step();
    while (!dirty.isEmpty()) {
      SimLink link = dirty.iterator().next();
      dirty.remove(link);
      link.pump();
    }
    flows.forEach(Flow::check);
    splits.forEach(SplitFlow::check);
  }

  private void checkNothingIsLeft() {
    for (SimNode node : nodes) {
      check(node.circuits.isEmpty(), node.name + " still has circuits");
      check(node.directory.nodes().size() <= nodes.size(), node.name + " believes in a phantom");
      check(node.registered() == 0, node.name + " still has streams");
      check(node.account.held() == 0, node.name + " still holds " + node.account.held());
    }
    for (SimClient client : clients) {
      check(client.account.held() == 0, "the client still holds " + client.account.held());
    }
  }

  /// What an observer of all wires has seen, as a number.
  long trace() {
    return trace;
  }

  void trace(byte[] bytes) {
    trace = 31 * (31 * trace + timeline.now()) + Arrays.hashCode(bytes);
  }

  /// Remembers what happened, for the message of a failure.
  void note(String what) {
    if (notes.size() == MAX_NOTES) {
      notes.remove();
    }
    notes.add(timeline.now() / 1_000 + " us: " + what);
  }

  void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(
          otherwise
              + "\nreplay with -Dsim.seed="
              + seed
              + "\n"
              + options
              + "\nat "
              + timeline.now() / 1_000
              + " us, event "
              + timeline.happened()
              + "\n"
              + String.join("\n", notes));
    }
  }

  static boolean contains(byte[] array, int offset, int length, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    byte first = wanted[0];
    for (int at = offset; at <= offset + length - wanted.length; at++) {
      if (array[at] == first
          && Arrays.equals(array, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }
}
