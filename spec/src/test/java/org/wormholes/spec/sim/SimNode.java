package org.wormholes.spec.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.wormholes.protocol.circuit.ChunkPool;
import org.wormholes.protocol.circuit.CircuitEnd;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.CircuitListener;
import org.wormholes.protocol.circuit.OrphanRegistry;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamClaim;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.Directory;
import org.wormholes.protocol.directory.DirectoryLimits;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.directory.SignedDescriptor;
import org.wormholes.protocol.link.LinkHandshake;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.onion.OnionKeyRing;
import org.wormholes.protocol.onion.ReplayCache;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireWriter;

/// A relay, perhaps an exit, made of the real machines.
final class SimNode extends Party {
  static final int MAX_REPLAYS = 1_000;

  final boolean isExit;
  final Entropy entropy;
  final Liar liar;
  final Set<RelayCircuit> circuits = new LinkedHashSet<>();
  private final NodeKey key;
  private final Random random;
  OnionKeyRing keys;
  ReplayCache replays;
  private OrphanRegistry registry = new OrphanRegistry(64, 64);
  private ChunkPool pool = new ChunkPool(1 << 20);
  private int epoch = 1;

  SimNode(World world, String name, boolean isExit, Random random) {
    super(world, name);
    this.isExit = isExit;
    this.random = random;
    this.entropy = random::nextBytes;
    this.key = NodeKey.create(entropy);
    this.keys = OnionKeyRing.of(OnionKeyPair.create(epoch, entropy));
    this.replays = new ReplayCache(MAX_REPLAYS, entropy);
    this.liar = new Liar(world);
  }

  NodeId id() {
    return key.id();
  }

  NodeKey key() {
    return key;
  }

  void publish() {
    directory(new Directory.Input.Publish(SignedDescriptor.sign(descriptor(id()), key)));
  }

  private NodeDescriptor descriptor(NodeId who) {
    Instant now = world.wallClock();
    Instant expires = now.plus(Duration.ofDays(1));
    Set<NodeRole> roles = isExit ? Set.of(NodeRole.RELAY, NodeRole.EXIT) : Set.of(NodeRole.RELAY);
    return new NodeDescriptor(
        who,
        List.of(),
        keys.current().publicKey(),
        expires,
        Map.of("sim", name + ":1"),
        roles,
        "",
        "",
        "",
        1,
        "sim",
        now,
        expires);
  }

  /// Once a second.
  void tick() {
    directory(new Directory.Input.Tick());
    for (OrphanRegistry.Found.Here expired : registry.expire(world.timeline().now())) {
      expired.stream().reset(Reason.EXPIRED);
    }
    world.check(replays.size() <= 2 * MAX_REPLAYS, name + " remembers too many set-ups");
    world.check(directory.nodes().size() <= 64, name + " knows too many nodes");
  }

  /// Loses everything but its name, and starts again.
  void crash() {
    world.note(name + " crashes");
    killLinks();
    world.flows().forEach(flow -> excuse(flow));
    world.splits().forEach(split -> split.forgotten(this));
    circuits.clear();
    registry = new OrphanRegistry(64, 64);
    pool = new ChunkPool(1 << 20);
    account = new LoggedAccount(world, name);
    directory = new Directory(new DirectoryLimits(64, 0));
    epoch++;
    // A new key, because what was remembered of the old one's packets is lost.
    keys = OnionKeyRing.of(OnionKeyPair.create(epoch, entropy));
    replays = new ReplayCache(MAX_REPLAYS, entropy);
    publish();
    world.join(this);
  }

  private void excuse(Flow flow) {
    if (isExit && flow.exit() == this) {
      flow.excused = true;
    }
  }

  long registered() {
    return registry.streams();
  }

  void orphan(StreamEnd stream) {
    if (!registry.orphan(stream, world.timeline().now())) {
      stream.reset(Reason.LIMIT);
    }
  }

  @Override
  LinkHandshake initiator(NodeId peer) {
    return LinkHandshake.initiator(key, peer, entropy);
  }

  LinkHandshake responder() {
    return LinkHandshake.responder(key, entropy);
  }

  @Override
  CircuitSide onSetup(SimLink link, int circuitId) {
    RelayCircuit circuit = new RelayCircuit(world, this, link, circuitId);
    circuits.add(circuit);
    return circuit.in;
  }

  /// The exit's end of a circuit.
  CircuitEnd exitEnd(RelayCircuit circuit) {
    CircuitListener listener =
        new CircuitListener() {
          @Override
          public void onReady() {
            world.dirty(circuit.in.link);
          }

          @Override
          public void onStream(StreamEnd stream, Target target) {
            accept(stream, target);
          }

          @Override
          public void onClaim(StreamClaim claim) {
            // Sometimes the answer takes a while, as it does between threads.
            if (random.nextBoolean()) {
              answer(claim);
            } else {
              world.timeline().after(random.nextInt(3_000_000), () -> answer(claim));
            }
          }

          @Override
          public void onClosed(Reason reason) {}
        };
    return CircuitEnd.exit(CircuitLimits.DEFAULT, pool, account, listener);
  }

  private void accept(StreamEnd stream, Target target) {
    long now = world.timeline().now();
    world.check(registry.add(stream, this, now), "two streams with one key");
    if (stream.part().isPresent()) {
      world.splitOf(target).arrived(this, stream, stream.part().get());
      return;
    }
    Flow flow = world.flowOf(target);
    if (flow.far.stream != null) {
      // The exit forgot that it had this one; a real destination would not take half of it either.
      world.check(flow.excused, "flow " + flow.number + " was opened twice");
      stream.refuse(Reason.CONNECTION_RESET);
      return;
    }
    flow.opened(this);
    stream.listener(flow.far);
    flow.far.start(stream);
    world.timeline().after(random.nextInt(20_000_000), () -> stream.connected(4));
  }

  private void answer(StreamClaim claim) {
    if (!claim.isOpen()) {
      return;
    }
    long now = world.timeline().now();
    switch (registry.claim(claim.key(), null, now)) {
      case OrphanRegistry.Found.Here(StreamEnd stream, Object owner) -> {
        stream.detach();
        if (!claim.resume(stream)) {
          orphan(stream);
        }
      }
      case OrphanRegistry.Found.Ended(Reason reason) -> claim.gone(reason);
      case OrphanRegistry.Found.Unknown() -> {
        if (claim.target().isPresent()) {
          claim.fresh();
        } else {
          claim.gone(Reason.GONE);
        }
      }
    }
  }

  /// Tells a neighbour of a node that does not exist, without its signature.
  void forge() {
    NodeKey phantom = NodeKey.create(entropy);
    byte[] forged = SignedDescriptor.sign(descriptor(phantom.id()), phantom).encoded().toArray();
    forged[forged.length - 1 - random.nextInt(64)] ^= 1;
    // A batch of one, see spec/protocol/directory.md, section 3.
    Bytes message =
        Bytes.of(
            new WireWriter(8_000).u8(4).u8(0).u16(1).u16(forged.length).bytes(forged).toArray());
    links.stream()
        .filter(SimLink::isUp)
        .findFirst()
        .ifPresent(link -> {
          world.note(name + " makes a node up");
          link.directory(message);
          world
              .timeline()
              .after(
                  Timeline.SECOND,
                  () -> world.check(link.isDead(), "a liar's link was not closed"));
        });
  }
}
