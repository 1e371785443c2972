package org.wormholes.runtime;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.wormholes.protocol.circuit.OrphanRegistry;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.directory.SignedDescriptor;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.membership.Gate;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.onion.OnionKeyRing;
import org.wormholes.protocol.onion.ReplayCache;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Dnssec;
import org.wormholes.rules.Guard;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.facts.Countries;
import org.wormholes.runtime.facts.FactBoard;
import org.wormholes.runtime.local.LocalClients;
import org.wormholes.runtime.spi.Carrier;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.NameChecker;
import org.wormholes.runtime.spi.Outside;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.runtime.store.SavedGuard;

/// What all loops of one node share: its identity and keys, the directory, the memory account, what
/// it offers to others. Thread-safe.
final class Node {
  static final String VERSION = "0.1.0";

  /// How long an onion key is published; it is answered for twice as long.
  static final Duration ONION_KEY_LIFE = Duration.ofHours(6);

  private static final Duration DESCRIPTOR_LIFE = Duration.ofHours(24);
  private static final Duration CHORES_EVERY = Duration.ofSeconds(1);
  private static final Duration REPUBLISH_EVERY = Duration.ofHours(6);
  private static final int MAX_SETUPS_PER_KEY = 4_000_000;

  /// Questions to the system that wait for their turn.
  private static final int MAX_LOOKUPS = 1_024;

  private static final int MAX_ORPHANS = 16_384;
  private static final int MAX_ENDED_STREAMS = 65_536;

  private final NodeSettings settings;
  private final Transport transport;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Entropy entropy = random::nextBytes;
  private final List<Shard> shards = new ArrayList<>();
  private final Map<String, Carrier> carriers = new HashMap<>();
  private final Networks networks;
  private final OpenInvitations invitations;
  private final Optional<ExitGate> exitGate;
  private final ReplayCache replays = new ReplayCache(MAX_SETUPS_PER_KEY, entropy);
  private final OrphanRegistry orphans = new OrphanRegistry(MAX_ORPHANS, MAX_ENDED_STREAMS);
  private final ExitSplits splits = new ExitSplits();
  private final RoundTrips roundTrips = new RoundTrips();
  private final CarrierHealth carrierHealth = new CarrierHealth();
  private final MovableLinks movableLinks = new MovableLinks();
  private final LocalClients localClients = new LocalClients();
  private final ThreadPoolExecutor lookups =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_LOOKUPS),
          Thread.ofPlatform().daemon().name("wormholes-lookup").factory());
  private final FactBoard facts;
  private volatile Countries countries = Countries.NONE;
  private final InventedNames invented =
      new InventedNames(System::nanoTime, bound -> random().nextInt(bound));
  private final AtomicLong circuitNumbers = new AtomicLong();
  private final AtomicLong refusedFlows = new AtomicLong();
  private final List<Consumer<EngineEvent>> listeners = new CopyOnWriteArrayList<>();
  private final Guards guards;
  final MemoryLedger memory;
  private volatile OnionKeyRing onionKeys;
  private volatile Instant onionKeySince;
  private volatile Map<String, String> announced = Map.of();
  private volatile Instant published = Instant.EPOCH;
  private volatile boolean stopped;

  /// Where guards are kept between runs; called from loops, so it must not block.
  interface Guards {
    List<SavedGuard> saved(String tunnel);

    void save(String tunnel, List<SavedGuard> guards);
  }

  /// @param work for what blocks
  Node(
      NodeSettings settings,
      Transport transport,
      Clock clock,
      Guards guards,
      NetworkStore kept,
      Executor work) {
    this.settings = settings;
    this.transport = transport;
    this.clock = clock;
    this.guards = guards;
    this.memory = new MemoryLedger(settings.memoryLimitBytes(), this::relieve);
    this.exitGate = settings.exit().map(ExitGate::new);
    this.onionKeySince = clock.instant();
    this.onionKeys = OnionKeyRing.of(OnionKeyPair.create(firstKeyId(), entropy));
    transport.carriers().forEach(carrier -> carriers.put(carrier.name(), carrier));
    for (Loop loop : transport.loops()) {
      shards.add(new Shard(loop, this));
    }
    this.facts = new FactBoard(() -> shards.getFirst().now(), clock);
    this.networks = new Networks(this, kept, work);
    this.invitations = new OpenInvitations(clock, entropy);
  }

  /// Ids rise with time, so that a node that lost its memory does not publish an old id again.
  private int firstKeyId() {
    return (int) (clock.instant().getEpochSecond() / 60);
  }

  void start() throws IOException {
    networks.start();
    shards.getFirst().after(CHORES_EVERY, this::chores);
  }

  /// Tells the neighbours on rings that this node goes.
  ///
  /// @return whether there are any rings
  boolean leavesRings() {
    List<RingHost> rings = networks.all().stream().map(NetworkHost::ring).toList();
    List<RingHost> left = rings.stream().filter(ring -> ring.view().member()).toList();
    left.forEach(RingHost::leave);
    return !left.isEmpty();
  }

  void stop() {
    stopped = true;
    networks.stop();
    lookups.shutdownNow();
    shards.forEach(shard -> shard.run(shard::closeLinks));
  }

  // Identity and keys.

  NodeSettings settings() {
    return settings;
  }

  NodeKey key() {
    return settings.key();
  }

  NodeId id() {
    return settings.key().id();
  }

  Entropy entropy() {
    return entropy;
  }

  RandomGenerator random() {
    return random;
  }

  Clock clock() {
    return clock;
  }

  OnionKeyRing onionKeys() {
    return onionKeys;
  }

  ReplayCache replays() {
    return replays;
  }

  OrphanRegistry orphans() {
    return orphans;
  }

  /// Split flows of which some parts have come.
  ExitSplits splits() {
    return splits;
  }

  RoundTrips roundTrips() {
    return roundTrips;
  }

  // What it knows of the world.

  CarrierHealth carrierHealth() {
    return carrierHealth;
  }

  MovableLinks movableLinks() {
    return movableLinks;
  }

  LocalClients localClients() {
    return localClients;
  }

  /// Where questions that block are asked, one at a time; full when too many wait.
  Executor lookups() {
    return lookups;
  }

  FactBoard facts() {
    return facts;
  }

  InventedNames invented() {
    return invented;
  }

  Countries countries() {
    return countries;
  }

  void countries(Countries known) {
    countries = known;
  }

  // What it offers.

  boolean relays() {
    return settings.roles().contains(NodeRole.RELAY);
  }

  boolean exits() {
    return exitGate.isPresent();
  }

  ExitGate exitGate() {
    return exitGate.orElseThrow(() -> new IllegalStateException("not an exit"));
  }

  /// A node that serves nobody has no reason to say who it is.
  boolean anonymousLinks() {
    return settings.roles().isEmpty();
  }

  // What it runs on.

  List<Shard> shards() {
    return shards;
  }

  Transport transport() {
    return transport;
  }

  NameChecker checker(Dnssec dnssec) {
    return transport.checker(dnssec);
  }

  Outside outside() {
    return transport.outside();
  }

  Optional<Carrier> carrier(String name) {
    return Optional.ofNullable(carriers.get(name));
  }

  List<String> carrierNames() {
    return transport.carriers().stream().map(Carrier::name).toList();
  }

  Networks networks() {
    return networks;
  }

  Optional<NetworkHost> network(Bytes id) {
    return networks.find(id);
  }

  /// Who may have a link of a network that this node belongs to.
  Optional<Gate> gate(Bytes network) {
    return networks.find(network).map(NetworkHost::gate);
  }

  OpenInvitations invitations() {
    return invitations;
  }

  long nextCircuitNumber() {
    return circuitNumbers.incrementAndGet();
  }

  GuardBook guardBook(String tunnel, Guard rule) {
    return new GuardBook(
        tunnel, rule, clock, guards.saved(tunnel), kept -> guards.save(tunnel, kept));
  }

  // The directory.

  /// Hears of the nodes of a network that comes up, and tells them of this one.
  void served(NetworkHost network) {
    network.directory().listen(new Census());
    publishIn(network);
  }

  /// Tells others where this node listens. Only what it listens on, carrier by carrier.
  void announce(Map<String, String> addresses) {
    announced = Map.copyOf(addresses);
    publish();
  }

  private void publish() {
    published = clock.instant();
    networks.all().forEach(this::publishIn);
  }

  /// Each network is told of this node, none of the others.
  void publishIn(NetworkHost network) {
    Map<String, String> carriers = new HashMap<>(settings.roles().isEmpty() ? Map.of() : announced);
    network.peers().meetingPlaces().ifPresent(places -> carriers.put(PipeCarrier.NAME, places));
    if (carriers.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    NodeDescriptor descriptor =
        new NodeDescriptor(
            id(),
            List.of(network.id()),
            onionKeys.current().publicKey(),
            onionKeySince.plus(ONION_KEY_LIFE.multipliedBy(2)),
            carriers,
            settings.roles(),
            settings.operator(),
            settings.family(),
            settings.country(),
            settings.bandwidth(),
            VERSION,
            now,
            now.plus(DESCRIPTOR_LIFE));
    network.publish(SignedDescriptor.sign(descriptor, key()));
  }

  private void chores() {
    if (stopped) {
      return;
    }
    Instant now = clock.instant();
    if (!now.isBefore(onionKeySince.plus(ONION_KEY_LIFE))) {
      onionKeySince = now;
      int next = Math.max(firstKeyId(), onionKeys.current().id() + 1);
      onionKeys = onionKeys.rotated(OnionKeyPair.create(next, entropy));
      replays.retain(onionKeys);
      publish();
    } else if (!now.isBefore(published.plus(REPUBLISH_EVERY))) {
      publish();
    }
    networks.all().forEach(NetworkHost::tick);
    expireOrphans();
    shards.getFirst().after(CHORES_EVERY, this::chores);
  }

  private void expireOrphans() {
    long now = shards.getFirst().now();
    for (OrphanRegistry.Found.Here expired : orphans.expire(now)) {
      Carried flow = (Carried) expired.owner();
      flow.shard().run(() -> flow.abandon(org.wormholes.protocol.circuit.Reason.EXPIRED));
    }
  }

  private void relieve() {
    shards.forEach(shard -> shard.run(shard::relieve));
  }

  // What happens.

  void linkOpened(Shard shard, NodeLink link) {
    link.network().linkUp(link);
    carrierHealth.linkUp(link.carrier());
    tell(
        EngineEvent.Kind.LINK_UP,
        link.peer().map(NodeId::address).orElse(""),
        "link over " + link.carrier() + " is up",
        link.choice());
  }

  void linkClosed(Shard shard, NodeLink link) {
    link.network().linkDown(link);
    carrierHealth.linkDown(link.carrier());
    tell(
        EngineEvent.Kind.LINK_DOWN,
        link.peer().map(NodeId::address).orElse(""),
        "link over " + link.carrier() + " is down",
        Map.of("carrier", link.carrier()));
  }

  void linkMoved(NodeLink link) {
    tell(
        EngineEvent.Kind.LINK_UP,
        link.peer().map(NodeId::address).orElse(""),
        "link goes on over " + link.carrier());
  }

  void dialFailed(NodeId peer, String carrier, DialListener.DialFailure why) {
    carrierHealth.dialFailed(carrier, peer, why, clock.instant());
    tell(
        EngineEvent.Kind.LINK_DOWN,
        peer.address(),
        "no link over " + carrier + ": " + why,
        Map.of("carrier", carrier, "reason", why.name()));
  }

  void circuitBuilt(RunningTunnel tunnel, ClientCircuit circuit) {
    tell(
        EngineEvent.Kind.CIRCUIT_BUILT,
        String.valueOf(circuit.number),
        "circuit of tunnel " + tunnel.rule.name() + " is ready",
        Map.of(
            "tunnel",
            tunnel.rule.name(),
            "microseconds",
            String.valueOf(circuit.buildNanos().orElse(0) / 1_000)));
  }

  void circuitLost(RunningTunnel tunnel, ClientCircuit circuit, LinkReason reason) {
    tell(
        EngineEvent.Kind.CIRCUIT_LOST,
        String.valueOf(circuit.number),
        "circuit of tunnel " + tunnel.rule.name() + " was lost: " + reason,
        Map.of("tunnel", tunnel.rule.name(), "reason", reason.name()));
  }

  void serviceMissed(RunningTunnel tunnel, NodeId service, String why) {
    tell(
        EngineEvent.Kind.SERVICE_MISSED,
        service.address(),
        "wormhole://%s was not reached: %s".formatted(service.address(), why),
        Map.of("tunnel", tunnel.rule.name()));
  }

  void blocked(RunningTunnel tunnel, PathPicker.Outcome.Blocked problem) {
    tell(EngineEvent.Kind.TUNNEL_BLOCKED, tunnel.rule.name(), problem.why());
  }

  void flowRefused() {
    refusedFlows.incrementAndGet();
    tell(EngineEvent.Kind.FLOW_REFUSED, "", "a flow was refused by the rules");
  }

  /// A gateway could not open a flow.
  ///
  /// @param why in a few words, without the destination
  void flowRefused(String gateway, String why) {
    refusedFlows.incrementAndGet();
    tell(
        EngineEvent.Kind.FLOW_REFUSED,
        gateway,
        "a flow through " + gateway + " was refused: " + why,
        Map.of("why", why));
  }

  void tell(EngineEvent.Kind kind, String subject, String message) {
    tell(kind, subject, message, Map.of());
  }

  void tell(EngineEvent.Kind kind, String subject, String message, Map<String, String> details) {
    if (!listeners.isEmpty()) {
      EngineEvent event = new EngineEvent(clock.instant(), kind, subject, message, details);
      listeners.forEach(listener -> listener.accept(event));
    }
  }

  Runnable listen(Consumer<EngineEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /// Tells of nodes that come and go.
  private final class Census implements DirectoryHost.Listener {
    private final Set<NodeId> known = new HashSet<>();

    @Override
    public void onNode(NodeDescriptor node) {
      if (known.add(node.id())) {
        tell(EngineEvent.Kind.NODE_FOUND, node.id().address(), "a node of the network is known");
      }
    }

    @Override
    public void onForgotten(NodeId node) {
      known.remove(node);
      roundTrips.forget(node);
      tell(EngineEvent.Kind.NODE_LOST, node.address(), "a node of the network has expired");
    }
  }
}
