package org.wormholes.runtime;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.StreamEnd;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.rendezvous.IntroductionPoint;
import org.wormholes.protocol.rendezvous.IntroductionQueue;
import org.wormholes.protocol.rendezvous.Keepers;
import org.wormholes.protocol.rendezvous.Periods;
import org.wormholes.protocol.rendezvous.Puzzle;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.rendezvous.RendezvousRelay;
import org.wormholes.protocol.rendezvous.ReplayMemory;
import org.wormholes.protocol.rendezvous.SealedDescriptor;
import org.wormholes.protocol.rendezvous.ServiceCredential;
import org.wormholes.protocol.rendezvous.ServiceDescriptor;
import org.wormholes.protocol.rendezvous.ServiceIntroduction;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Publication;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Host;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.runtime.spi.HostedService;

/// A local TCP service that clients reach by its address and nobody finds
/// (`spec/protocol/rendezvous.md`): keeps circuits to introduction points, gives its descriptor to
/// keepers, and comes to where clients wait. Every circuit has all hops of the tunnel's rule.
/// Belongs to the first loop; the circuits on which clients are met take turns among all loops.
final class PublishedService {
  private static final Logger LOG = LoggerFactory.getLogger(PublishedService.class);
  private static final int POINTS = 3;
  private static final int MAX_MET = 1_024;

  /// Clients that are come to at the same time; the others wait, those with the most work first.
  private static final int MAX_COMING = 32;

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration LIFETIME = Duration.ofHours(3);
  private static final Duration REPUBLISH = Duration.ofMinutes(30);

  /// How long a client that was met may want nothing; it goes by itself after a minute.
  private static final Duration IDLE = Duration.ofSeconds(90);

  private static final Duration TELL_AGAIN = Duration.ofSeconds(10);
  private static final Duration AFTER_CHANGE = Duration.ofMillis(200);

  private final RunningTunnel tunnel;
  private final Publication rule;
  private final Node node;
  private final Shard home;
  private final String name;
  private final NodeKey key;
  private final InetSocketAddress place;
  private final Set<NodeId> clients;
  private final Map<ClientCircuit, Point> points = new LinkedHashMap<>();

  /// The circuits on which clients are met, and who they are where they had to say so.
  private final Map<ClientCircuit, Optional<NodeId>> serving = new HashMap<>();

  private final IntroductionQueue<Waiting> queue;
  private final Set<Told> told = new HashSet<>();
  private final Map<Long, SealedDescriptor> sealed = new HashMap<>();
  private OnionKeyPair onionKey;
  private ReplayMemory replays = new ReplayMemory();
  private List<Puzzle> puzzles;
  private List<ServiceCredential> credentials = List.of();
  private Instant published = Instant.EPOCH;
  private Instant toldAt = Instant.EPOCH;
  private long revision;
  private int turn;
  private int coming;
  private boolean publishing;
  private volatile int ready;

  /// Whether somebody keeps a descriptor.
  private boolean kept;

  private volatile boolean stopped;

  private static Address addressOf(Publication rule) {
    return ((Host.Literal) Host.parse(rule.host()).orElseThrow()).address();
  }

  static InetSocketAddress placeOf(Publication rule) {
    return new InetSocketAddress(ExitGate.address(addressOf(rule).bytes()), rule.port());
  }

  static List<NodeId> clientsOf(Publication rule) {
    return rule.clients().stream().map(PublishedService::client).toList();
  }

  private static NodeId client(String address) {
    try {
      return NodeId.parse(address);
    } catch (WireException e) {
      throw new IllegalArgumentException(address + " is no node's address", e);
    }
  }

  /// Its key follows from this node's and its name.
  PublishedService(RunningTunnel tunnel, Publication rule) {
    this.tunnel = tunnel;
    this.rule = rule;
    this.name = rule.name();
    this.node = tunnel.node;
    this.home = node.shards().getFirst();
    this.key = node.settings().serviceKey(name);
    this.place = placeOf(rule);
    this.clients = Set.copyOf(clientsOf(rule));
    this.queue = new IntroductionQueue<>(node.clock().instant());
    this.onionKey = freshKey();
    this.puzzles = List.of(freshPuzzle(0));
  }

  /// The same service, for the gateways it is published on too.
  HostedService onward() {
    return new HostedService(name, key, place, clientsOf(rule));
  }

  /// The gateways it is published on too.
  List<String> on() {
    return rule.on();
  }

  /// An introduction that was left for us.
  private record Waiting(NodeId pointKey, Bytes introduction) {}

  /// @param gateways that run
  TunnelView.ServiceView view(Map<String, RunningGateway> gateways) {
    List<TunnelView.Onward> onward = new ArrayList<>();
    for (String each : rule.on()) {
      Optional.ofNullable(gateways.get(each))
          .flatMap(gateway -> gateway.hosting(name))
          .ifPresent(hosting ->
              onward.add(
                  new TunnelView.Onward(
                      each,
                      hosting.address(),
                      Optional.of(hosting.problem()).filter(why -> !why.isEmpty()))));
    }
    return new TunnelView.ServiceView(
        name,
        NodeUri.SCHEME + key.id().address(),
        "%s:%d".formatted(place.getAddress().getHostAddress(), place.getPort()),
        ready,
        onward);
  }

  void start() {
    home.run(this::tick);
  }

  /// Takes no new clients; those that are served go on.
  void drain() {
    home.run(() -> {
      stopped = true;
      List.copyOf(points.keySet()).forEach(circuit -> circuit.close(Reason.REQUESTED));
    });
  }

  /// Who may come is written anew: meetings with others end at once.
  ///
  /// @param allowed empty for everybody
  void keepOnly(Set<NodeId> allowed) {
    home.run(() ->
        serving.forEach((circuit, client) -> {
          if (!allowed.isEmpty() && client.filter(allowed::contains).isEmpty()) {
            circuit.shard.run(() -> circuit.close(Reason.POLICY));
          }
        }));
  }

  NodeId id() {
    return key.id();
  }

  /// Who may come; empty for everybody.
  Set<NodeId> clients() {
    return clients;
  }

  /// Ends every circuit; clients that are served are cut.
  void stop() {
    drain();
    home.run(() -> {
      List<ClientCircuit> met = List.copyOf(serving.keySet());
      met.forEach(circuit -> circuit.shard.run(() -> circuit.close(Reason.REQUESTED)));
    });
  }

  private OnionKeyPair freshKey() {
    return OnionKeyPair.create(node.random().nextInt(), node.entropy());
  }

  private Puzzle freshPuzzle(int effort) {
    return new Puzzle(effort, Bytes.of(node.entropy().bytes(Puzzle.SEED_BYTES)));
  }

  private void tick() {
    if (stopped) {
      return;
    }
    Instant now = node.clock().instant();
    for (int i = points.size(); i < POINTS; i++) {
      addPoint();
    }
    List<Long> periods = Periods.near(now);
    boolean newPeriod =
        !credentials.stream().map(ServiceCredential::period).toList().equals(periods);
    if (newPeriod) {
      credentials = periods.stream().map(period -> ServiceCredential.of(key.id(), period)).toList();
    }
    if (replays.full()) {
      onionKey = freshKey();
      replays = new ReplayMemory();
      published = Instant.EPOCH;
    }
    int effort = queue.effort(now);
    boolean changed = newPeriod || effort != puzzles.getFirst().effort();
    if (changed || now.isAfter(published.plus(REPUBLISH))) {
      publishSoon();
    } else if (now.isAfter(toldAt.plus(TELL_AGAIN))) {
      tellKeepers();
    }
    home.after(EVERY, this::tick);
  }

  // Introduction points.

  private final class Point implements ClientCircuit.Owner {
    final NodeKey pointKey = NodeKey.create(node.entropy());
    boolean live;

    void start(ClientCircuit circuit) {
      Bytes signature = RendezvousRelay.signature(pointKey, circuit.path.exit().id());
      circuit.start(new RendezvousMessage.Establish(pointKey.id(), signature));
    }

    @Override
    public void onReady(ClientCircuit circuit) {}

    @Override
    public void onRendezvous(ClientCircuit circuit, RendezvousMessage message)
        throws WireException {
      switch (message) {
        case RendezvousMessage.Established(Reason reason) when reason == Reason.DONE -> {
          live = true;
          count();
          publishSoon();
        }
        case RendezvousMessage.Established _ -> circuit.close(Reason.DONE);
        case RendezvousMessage.Introduction(Bytes introduction) ->
            take(pointKey.id(), introduction);
        default -> throw new WireException("nobody asked for this message");
      }
    }

    @Override
    public void onOver(ClientCircuit circuit, LinkReason reason) {
      points.remove(circuit);
      count();
      tunnel.on(home).note(circuit, reason);
      if (live && !stopped) {
        publishSoon();
      }
    }
  }

  private void addPoint() {
    Set<NodeId> avoided = new HashSet<>(tunnel.on(home).suspects());
    points.keySet().forEach(circuit -> avoided.add(circuit.path.exit().id()));
    Optional<Path> path = tunnel.pickAny(avoided);
    if (path.isEmpty()
        || points.keySet().stream()
            .anyMatch(other -> other.path.exit().id().equals(path.get().exit().id()))) {
      return;
    }
    Point point = new Point();
    ClientCircuit circuit = tunnel.circuit(home, path.get(), point);
    points.put(circuit, point);
    point.start(circuit);
  }

  // Descriptors.

  private void count() {
    ready = kept ? livePoints().size() : 0;
  }

  private List<IntroductionPoint> livePoints() {
    List<IntroductionPoint> live = new ArrayList<>();
    points.forEach((circuit, point) -> {
      if (point.live) {
        live.add(new IntroductionPoint(circuit.path.exit().id(), point.pointKey.id()));
      }
    });
    return live;
  }

  /// A keeper, and the descriptor of which period it was given.
  private record Told(NodeId keeper, long period) {}

  private List<Told> keepers() {
    List<NodeId> relays = tunnel.relays();
    List<Told> keepers = new ArrayList<>();
    for (ServiceCredential each : credentials) {
      Keepers.of(relays, each.blinded(), Keepers.REPLICAS)
          .forEach(keeper -> keepers.add(new Told(keeper, each.period())));
    }
    return keepers;
  }

  private void publishSoon() {
    if (!publishing) {
      publishing = true;
      home.after(
          AFTER_CHANGE,
          () -> {
            publishing = false;
            publish();
          });
    }
  }

  private void publish() {
    List<IntroductionPoint> live = livePoints();
    if (stopped || live.isEmpty()) {
      return;
    }
    Instant now = node.clock().instant();
    published = now;
    revision = Math.max(revision + 1, now.toEpochMilli());
    puzzles = List.of(freshPuzzle(queue.effort(now)), puzzles.getFirst());
    ServiceDescriptor content =
        new ServiceDescriptor(onionKey.publicKey(), live, puzzles.getFirst());
    told.clear();
    sealed.clear();
    for (ServiceCredential credential : credentials) {
      long period = credential.period();
      Bytes instance = Bytes.of(node.key().serviceInstance(name, period));
      var terms = new SealedDescriptor.Terms(instance, revision, LIFETIME);
      sealed.put(
          period, SealedDescriptor.seal(content, terms, key, period, clients, node.entropy()));
    }
    tellKeepers();
  }

  /// Gives the descriptors to those who should keep them and were not told yet.
  private void tellKeepers() {
    toldAt = node.clock().instant();
    for (Told each : keepers()) {
      SealedDescriptor descriptor = sealed.get(each.period());
      if (descriptor != null && told.add(each)) {
        give(each, descriptor.encoded());
      }
    }
  }

  /// Gives a descriptor to a keeper. One that does not take it is told again.
  private void give(Told to, Bytes descriptor) {
    Optional<Path> path =
        tunnel
            .relay(to.keeper())
            .flatMap(relay -> tunnel.pickBefore(relay, tunnel.on(home).suspects()));
    if (path.isEmpty()) {
      told.remove(to);
      return;
    }
    long now = revision;
    ClientCircuit circuit =
        tunnel.circuit(
            home,
            path.get(),
            new ClientCircuit.Owner() {
              private boolean taken;

              @Override
              public void onReady(ClientCircuit ready) {}

              @Override
              public void onRendezvous(ClientCircuit ready, RendezvousMessage message)
                  throws WireException {
                if (!(message instanceof RendezvousMessage.Published(Reason reason))) {
                  throw new WireException("expected an answer to a descriptor");
                }
                taken = true;
                if (reason == Reason.DONE) {
                  kept = true;
                  count();
                } else {
                  LOG.debug("{} does not keep our descriptor: {}", to.keeper(), reason);
                }
                ready.close(Reason.DONE);
              }

              @Override
              public void onOver(ClientCircuit lost, LinkReason reason) {
                tunnel.on(home).noteEntrance(lost, reason);
                if (!taken && revision == now) {
                  told.remove(to);
                }
              }
            });
    home.after(ANSWER, () -> circuit.close(Reason.DONE));
    circuit.start(new RendezvousMessage.Publish(descriptor));
  }

  // Introductions.

  /// Takes in what a relay hands on unread: anybody may have written it.
  private void take(NodeId pointKey, Bytes introduction) {
    try {
      receive(pointKey, introduction);
    } catch (WireException e) {
      LOG.debug("an introduction is not read: {}", e.getMessage());
    }
  }

  private void receive(NodeId pointKey, Bytes introduction) throws WireException {
    ServiceIntroduction.Head head = ServiceIntroduction.head(introduction.toArray());
    boolean proven =
        credentials.stream()
            .anyMatch(each ->
                puzzles.stream()
                    .anyMatch(
                        puzzle -> puzzle.accepts(each.blinded(), head.share(), head.proof())));
    if (proven
        && queue.offer(
            new Waiting(pointKey, introduction), head.proof().effort(), node.clock().instant())) {
      home.run(this::answerNext);
    }
  }

  private void answerNext() {
    if (coming < MAX_COMING && serving.size() < MAX_MET) {
      queue.poll(node.clock().instant()).ifPresent(this::answer);
    }
  }

  /// One that was come to has been met, or will not be.
  private void came() {
    coming--;
    answerNext();
  }

  private void answer(Waiting waiting) {
    for (ServiceCredential credential : credentials) {
      try {
        come(
            ServiceIntroduction.open(
                waiting.introduction().toArray(),
                credential,
                waiting.pointKey(),
                onionKey,
                replays));
        return;
      } catch (WireException e) {
        LOG.debug("an introduction is not taken: {}", e.getMessage());
      }
    }
    home.run(this::answerNext);
  }

  /// Comes to where a client waits.
  private void come(ServiceIntroduction introduction) {
    boolean known =
        clients.isEmpty() || introduction.client().filter(clients::contains).isPresent();
    Optional<Path> path =
        tunnel
            .relay(introduction.relay())
            .flatMap(relay -> tunnel.pickBefore(relay, tunnel.on(home).suspects()));
    if (!known || path.isEmpty() || stopped) {
      home.run(this::answerNext);
      return;
    }
    Shard shard = node.shards().get(turn++ % node.shards().size());
    Bytes cookie = introduction.cookie();
    ServiceIntroduction.Accepted accepted = introduction.accept(node.entropy());
    ClientCircuit circuit = tunnel.serving(shard, path.get(), new Met(accepted));
    serving.put(circuit, introduction.client());
    coming++;
    shard.run(() -> circuit.start(new RendezvousMessage.Join(cookie, accepted.answer())));
  }

  /// A circuit on which a client is met.
  private final class Met implements ClientCircuit.Owner {
    private final ServiceIntroduction.Accepted accepted;
    private boolean joined;
    private int streams;

    Met(ServiceIntroduction.Accepted accepted) {
      this.accepted = accepted;
    }

    @Override
    public void onReady(ClientCircuit circuit) {
      circuit.shard.after(
          ANSWER,
          () -> {
            if (!joined) {
              circuit.close(Reason.TIMED_OUT);
            }
          });
    }

    @Override
    public void onRendezvous(ClientCircuit circuit, RendezvousMessage message)
        throws WireException {
      if (!(message instanceof RendezvousMessage.Joined(Reason reason)) || joined) {
        throw new WireException("expected an answer to a join");
      }
      if (reason != Reason.DONE) {
        circuit.close(Reason.DONE);
        return;
      }
      joined = true;
      circuit.met(accepted.layer());
      watch(circuit);
      home.tell(PublishedService.this::came);
    }

    /// Ends the meeting with a client that has wanted nothing for long.
    private void watch(ClientCircuit circuit) {
      int before = streams;
      circuit.shard.after(
          IDLE,
          () -> {
            if (circuit.isOver()) {
              return;
            }
            if (streams == before && circuit.flows.size() == 0) {
              circuit.close(Reason.ROTATED);
            } else {
              watch(circuit);
            }
          });
    }

    @Override
    public void onStream(ClientCircuit circuit, StreamEnd stream, Target target) {
      if (stopped && !clients.isEmpty()) {
        stream.refuse(Reason.POLICY); // who may come is written anew
        return;
      }
      streams++;
      ServedFlow flow = new ServedFlow(circuit.shard);
      flow.join(stream);
      stream.listener(flow);
      flow.carriedBy(circuit.flows);
      flow.dial(place);
    }

    @Override
    public void onOver(ClientCircuit circuit, LinkReason reason) {
      circuit.flows.letGo().forEach(flow -> flow.abandon(Reason.LOST));
      boolean met = joined;
      home.tell(() -> {
        serving.remove(circuit);
        if (met) {
          answerNext();
        } else {
          came();
        }
        tunnel.on(home).noteEntrance(circuit, reason);
      });
    }
  }
}
