package org.wormholes.runtime;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Network;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.expr.Host;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.GatewaySpec;
import org.wormholes.runtime.spi.HostedService;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way;

/// A gateway of the applied ruleset. Flows go to it or nowhere: where it is not ready, or a link of
/// the chain before it is missing, they are refused.
final class RunningGateway implements Way, FlowWay {
  private static final int SALT_BYTES = 16;

  final Gateway rule;
  final LongAdder flows = new LongAdder();
  final boolean behindExit;
  private final Node node;

  /// The tunnel or gateway it is reached through; null where it is reached as it is.
  private final @Nullable Object through;

  private final Optional<Network> network;
  private final GatewaySpeaker speaker;
  private volatile byte[] salt;
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private final Map<HostedService, GatewaySpeaker.Hosting> hosted = new ConcurrentHashMap<>();

  /// @param through a [RunningTunnel] or a [RunningGateway], or null where the rule has none
  /// @param behindExit whether it is what the exit of a tunnel leaves into
  /// @param network of peers: whose they are
  RunningGateway(
      Node node,
      Gateway rule,
      @Nullable Object through,
      boolean behindExit,
      Optional<Network> network) {
    if (rule.through().isPresent() != (through != null)) {
      throw new IllegalArgumentException("a chain must be whole");
    }
    this.node = node;
    this.behindExit = behindExit;
    this.rule = rule;
    this.through = through;
    this.salt = randomSalt();
    this.network = network;
    this.speaker =
        rule.peers().isPresent()
            ? new PeerSpeaker(node, rule.peers().get(), network.orElseThrow())
            : node.transport().gateway(spec(node, rule), way(), this::changed);
  }

  private static GatewaySpec spec(Node node, Gateway rule) {
    return new GatewaySpec(
        rule.name(),
        GatewaySpec.Kind.valueOf(rule.kind().name()),
        rule.server().map(server -> new EntrySpec.Target(server.host(), server.port())),
        rule.server()
            .map(server -> new FlowRequest.Credentials(server.user(), server.password()))
            .orElse(new FlowRequest.Credentials("", "")),
        node.key(),
        rule.through().isPresent());
  }

  private Way way() {
    return switch (through) {
      case null -> this::openDirect;
      case RunningTunnel tunnel ->
          (loop, to, isolation, listener) -> openThrough(tunnel, loop, to, isolation, listener);
      case RunningGateway gateway -> gateway;
      default -> throw new IllegalArgumentException("no way through " + through);
    };
  }

  void start() {
    speaker.start();
  }

  void stop() {
    publish(Set.of());
    speaker.close();
  }

  GatewaySpeaker.State state() {
    return speaker.state();
  }

  /// From here on these services are published on it, and no others. Those that were stay as they
  /// are. One caller at a time.
  void publish(Set<HostedService> wanted) {
    for (HostedService old : Set.copyOf(hosted.keySet())) {
      if (!wanted.contains(old)) {
        requireNonNull(hosted.remove(old)).close();
      }
    }
    wanted.forEach(service -> hosted.computeIfAbsent(service, speaker::host));
  }

  /// How a service stands that is published on it.
  Optional<GatewaySpeaker.Hosting> hosting(String service) {
    return hosted.entrySet().stream()
        .filter(each -> each.getKey().name().equals(service))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /// Whether flows would not notice if this took the place of that.
  boolean isSame(Gateway other, @Nullable Object otherThrough, Optional<Network> otherNetwork) {
    return Objects.equals(through, otherThrough)
        && network.map(Network::id).equals(otherNetwork.map(Network::id))
        && rule.equals(
            new Gateway(
                other.name(),
                other.kind(),
                other.server(),
                other.through(),
                rule.entries(),
                other.isolation(),
                other.peers()));
  }

  /// New flows share nothing with those before.
  void newIdentity() {
    salt = randomSalt();
    speaker.newIdentity();
  }

  private byte[] randomSalt() {
    byte[] bytes = new byte[SALT_BYTES];
    new java.security.SecureRandom().nextBytes(bytes);
    return bytes;
  }

  private static String standing(GatewaySpeaker.State state) {
    return switch (state.phase()) {
      case STARTING -> "is at %d%%: %s".formatted(state.percent(), state.detail());
      case READY -> "is ready";
      case DOWN -> "is down: " + state.detail();
    };
  }

  private void changed(GatewaySpeaker.State state) {
    String message = rule.name() + " " + standing(state);
    node.tell(
        EngineEvent.Kind.GATEWAY_CHANGED,
        rule.name(),
        message,
        Map.of(
            "phase",
            state.phase().name().toLowerCase(java.util.Locale.ROOT),
            "percent",
            Integer.toString(state.percent())));
    watchers.forEach(Runnable::run);
  }

  @Override
  public Runnable onChange(Runnable changed) {
    watchers.add(changed);
    return () -> watchers.remove(changed);
  }

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public boolean allows(EntrySpec.Target to, Protocol protocol) {
    return Host.parse(to.host()).filter(host -> rule.takes(host, protocol)).isPresent();
  }

  @Override
  public boolean isToBlame(FlowAcceptor.Refusal refusal) {
    return refusal == FlowAcceptor.Refusal.GENERAL_FAILURE || !isReady();
  }

  private boolean isReady() {
    return state().phase() == GatewaySpeaker.Phase.READY;
  }

  @Override
  public void probe(Shard home, PathProbe.Question question, PathProbe.Listener listener) {
    if (!isReady()) {
      listener.onFailure(standing(state()));
    } else {
      new GatewayProbe(home, speaker, question, probeIsolation(), listener).start();
    }
  }

  /// Probes share nothing with flows.
  private FlowRequest.Credentials probeIsolation() {
    return isolation(PathProbe.KEY);
  }

  // ---- flows

  /// Takes a stream of an application.
  void open(Shard shard, FlowRequest request, Target target, FlowAcceptor.PendingFlow pending) {
    open(0, shard, request, target, pending, () -> {});
  }

  @Override
  public void open(
      int lane,
      Shard shard,
      FlowRequest request,
      Target target,
      FlowAcceptor.PendingFlow pending,
      Runnable whenOver) {
    EntrySpec.Target to = new EntrySpec.Target(target.host().text(), target.port());
    boolean[] gone = {false};
    pending.onGone(() -> gone[0] = true);
    flows.increment();
    Runnable over =
        () -> {
          flows.decrement();
          whenOver.run();
        };
    speaker.open(
        shard.loop,
        to,
        isolation(IsolationKey.of(rule.isolation(), request, to, lane)),
        new OpenListener() {
          @Override
          public void onOpened(Connection connection) {
            if (gone[0]) {
              over.run();
              connection.abort();
            } else {
              Splice.join(connection, pending, over);
            }
          }

          @Override
          public void onRefused(FlowAcceptor.Refusal refusal, String why) {
            over.run();
            if (!gone[0]) {
              node.flowRefused(rule.name(), why);
              pending.refuse(refusal, why);
            }
          }
        });
  }

  /// Begins a conversation by datagrams of an application.
  Optional<GatewaySpeaker.Conversation> converse(
      int lane,
      Shard shard,
      FlowRequest request,
      EntrySpec.Target to,
      GatewaySpeaker.DatagramReceiver receiver) {
    return speaker.converse(
        shard.loop, to, isolation(IsolationKey.of(rule.isolation(), request, to, lane)), receiver);
  }

  /// A stream of a gateway that is reached through this one.
  @Override
  public void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    speaker.open(
        loop,
        to,
        isolation(new IsolationKey(isolation.user(), isolation.password(), "", 0)),
        listener);
  }

  /// Words that are equal where the keys are, and tell nothing else.
  private FlowRequest.Credentials isolation(IsolationKey key) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(salt);
      sha256.update((byte) key.lane());
      for (String part : new String[] {key.user(), key.password(), key.destination()}) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        sha256.update((byte) (bytes.length >>> 8));
        sha256.update((byte) bytes.length);
        sha256.update(bytes);
      }
      String word = HexFormat.of().formatHex(sha256.digest());
      return new FlowRequest.Credentials(word.substring(0, 32), word.substring(32));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- the way of its own connections

  private void openDirect(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    Optional<Target> target = Switchboard.target(to);
    if (target.isEmpty()) {
      listener.onRefused(FlowAcceptor.Refusal.GENERAL_FAILURE, "not a destination");
      return;
    }
    Consumer<InetAddress> connect =
        address ->
            node.outside()
                .connect(
                    loop,
                    new InetSocketAddress(address, to.port()),
                    ExitFlow.CONNECT_TIMEOUT,
                    new DialListener() {
                      @Override
                      public void onConnected(Connection connection) {
                        listener.onOpened(connection);
                      }

                      @Override
                      public void onFailed(DialFailure failure) {
                        listener.onRefused(
                            failure == DialFailure.REFUSED
                                ? FlowAcceptor.Refusal.CONNECTION_REFUSED
                                : FlowAcceptor.Refusal.HOST_UNREACHABLE,
                            "no connection to it: " + failure);
                      }
                    });
    Shard shard = node.shards().get(loop.index());
    Direct.resolve(
        shard,
        target.get().host(),
        connect,
        () -> listener.onRefused(FlowAcceptor.Refusal.HOST_UNREACHABLE, "its name is unknown"));
  }

  private void openThrough(
      RunningTunnel tunnel,
      Loop loop,
      EntrySpec.Target to,
      FlowRequest.Credentials isolation,
      OpenListener listener) {
    Optional<String> via = behindExit ? Optional.empty() : tunnel.via(to);
    if (via.isPresent()) {
      openVia(tunnel, via.get(), loop, to, isolation, listener);
      return;
    }
    Optional<Target> target = Switchboard.target(to);
    // Clauses are about where flows go; that they go by this gateway the exit says itself.
    boolean may = behindExit || Switchboard.exitAllows(tunnel, to, Protocol.TCP);
    if (target.isEmpty() || !may) {
      listener.onRefused(
          FlowAcceptor.Refusal.NOT_ALLOWED,
          "the exit of tunnel " + tunnel.rule.name() + " does not allow it");
      return;
    }
    Shard shard = node.shards().get(loop.index());
    FlowRequest request =
        new FlowRequest(EntryDoor.forward(tunnel.rule.name(), to), to, Optional.of(isolation), "");
    FlowAcceptor.PendingFlow pending =
        new InnerFlow(shard, node.transport(), tunnel.rule.name(), listener);
    Switchboard.openAsIs(tunnel, 0, shard, request, target.get(), pending, () -> {});
  }

  /// Its own connections leave the tunnel as flows do: into what stands behind the exit.
  private static void openVia(
      RunningTunnel tunnel,
      String gateway,
      Loop loop,
      EntrySpec.Target to,
      FlowRequest.Credentials isolation,
      OpenListener listener) {
    Optional<RunningGateway> behind = tunnel.behind(gateway);
    if (behind.isEmpty() || !Switchboard.exitAllows(tunnel, to, Protocol.TCP)) {
      listener.onRefused(
          FlowAcceptor.Refusal.NOT_ALLOWED,
          "no way through the exit of tunnel " + tunnel.rule.name());
    } else {
      behind.get().open(loop, to, isolation, listener);
    }
  }
}
