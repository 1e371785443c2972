package org.wormholes.transport.i2p;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor.Refusal;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.GatewaySpec;
import org.wormholes.runtime.spi.HostedService;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.i2p.SamException.Cause;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// Flows into I2P: through a router that runs, or one that is started in a folder of ours.
///
/// Only names of I2P are taken, and only the router looks them up. Destinations have no ports in
/// this sense, so the port is not told to anybody. All flows leave from one destination that lasts
/// for this run: a session for each isolation would take minutes to open, and tunnels.
public final class I2pGateway implements GatewaySpeaker {
  /// A lookup in the network takes seconds, and the other side has to answer.
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final Sockets sockets;
  private final GatewaySpec spec;
  private final Options options;
  private final Consumer<State> changed;
  private final Object lock = new Object();
  private volatile State state = new State(Phase.STARTING, 0, "");
  private @Nullable SamSession session;

  /// Made when the first datagram is to be sent.
  private @Nullable SamDatagrams datagrams;

  private @Nullable SamSettings bridge;
  private volatile @Nullable RouterLauncher router;
  private boolean closed;

  /// How sessions and routers are made.
  ///
  /// @param folder where a router of ours keeps what it knows; without one there is none of ours
  /// @param hops routers in each tunnel, 0..7
  /// @param session further options of the session, as the router names them
  /// @param router further options of an i2pd of ours
  /// @param searchPath where to look for `i2pd`, as in `PATH`
  public record Options(
      Optional<Path> folder,
      int hops,
      Map<String, String> session,
      Map<String, String> router,
      String searchPath) {
    public Options {
      session = Map.copyOf(session);
      router = Map.copyOf(router);
    }

    /// The tunnels that the operator wants for the carrier serve gateways too.
    ///
    /// @throws IllegalArgumentException if they are not as routers need them
    public static Options of(CarrierOptions carrier, Path folder) {
      return new Options(
          Optional.of(folder),
          I2pCarrier.hops(carrier),
          I2pCarrier.session(carrier),
          Map.of(),
          Programs.usualPath());
    }

    /// What I2P itself uses; a router of ours lives below `folder`.
    public static Options usual(Optional<Path> folder) {
      return new Options(
          folder, SamSettings.DEFAULT_HOPS, Map.of(), Map.of(), Programs.usualPath());
    }
  }

  /// Nothing is started yet.
  ///
  /// @throws IllegalArgumentException if the gateway is to be led: a router opens connections to
  ///   hundreds of others by itself, and no tunnel of ours would carry them
  public I2pGateway(Sockets sockets, GatewaySpec spec, Options options, Consumer<State> changed) {
    if (spec.isLed()) {
      throw new IllegalArgumentException(
          "gateway `" + spec.name() + "`: an I2P router can't be led through anything else");
    }
    this.sockets = sockets;
    this.spec = spec;
    this.options = options;
    this.changed = changed;
  }

  @Override
  public void start() {
    synchronized (lock) {
      if (closed || session != null) {
        return;
      }
      try {
        SamSettings settings = settings();
        bridge = settings;
        SamSession opened = new SamSession(sockets, settings);
        opened.watch(status -> onStatus(status));
        opened.start();
        session = opened;
      } catch (IOException | IllegalArgumentException wrong) {
        become(new State(Phase.DOWN, 0, String.valueOf(wrong.getMessage())));
      }
    }
  }

  private SamSettings settings() throws IOException {
    InetSocketAddress bridge =
        spec.server().isPresent() ? literal(spec.server().get()) : started().sam();
    return SamSettings.of(bridge)
        .withHops(options.hops())
        .withOptions(options.session())
        .withLogin(spec.credentials());
  }

  /// A destination for each service, which lasts where there is a state folder.
  @Override
  public Hosting host(HostedService service) {
    synchronized (lock) {
      SamSettings settings = bridge;
      if (settings == null || closed) {
        return new NotHosted(state.detail());
      }
      Optional<Path> file =
          options.folder().map(folder -> folder.resolve("services").resolve(service.name()));
      return new I2pHosting(
          new SamSession(sockets, file.map(settings::withKey).orElse(settings)), service.place());
    }
  }

  private static InetSocketAddress literal(EntrySpec.Target server) {
    return new HostPort(server.host(), server.port())
        .literal()
        .orElseThrow(() -> new IllegalArgumentException("a router is named by its address"));
  }

  private RouterLauncher started() throws IOException {
    Path folder =
        options
            .folder()
            .orElseThrow(() -> new IOException("a router of our own needs a state folder"));
    RouterLauncher fresh =
        RouterLauncher.in(
            folder, options.router(), options.searchPath(), status -> onRouter(status));
    router = fresh;
    fresh.start();
    return fresh;
  }

  private void onRouter(RouterLauncher.Status status) {
    switch (status.state()) {
      case ABSENT, RESTARTING -> become(new State(Phase.DOWN, 0, status.problem()));
      case RUNNING -> become(new State(Phase.STARTING, 10, "the I2P router has been started"));
      case STOPPED -> {
        return;
      }
    }
  }

  private void onStatus(SamSession.Status status) {
    switch (status.state()) {
      case READY -> become(State.READY);
      case OPENING -> become(new State(Phase.STARTING, 50, "the I2P router builds its tunnels"));
      case WAITING -> {
        if (!isStarting()) {
          become(new State(Phase.DOWN, 0, problem(status)));
        }
      }
      case STOPPED -> {
        return;
      }
    }
  }

  /// A router of ours that nothing is known of yet says itself what became of it.
  private boolean isStarting() {
    RouterLauncher ours = router;
    return ours != null && ours.status().state() == RouterLauncher.State.STOPPED;
  }

  /// A router that is missing is the better reason for a bridge that does not answer.
  private String problem(SamSession.Status status) {
    RouterLauncher ours = router;
    String missing = ours == null ? "" : ours.status().problem();
    return missing.isEmpty() ? status.problem() : missing;
  }

  private void become(State next) {
    if (!next.equals(state)) {
      state = next;
      changed.accept(next);
    }
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    Optional<I2pName> name = I2pName.parse(to.host());
    SamSession open;
    synchronized (lock) {
      open = session;
    }
    if (name.isEmpty()) {
      loop.execute(
          () -> listener.onRefused(Refusal.NOT_ALLOWED, "I2P has only names that end in .i2p"));
    } else if (open == null) {
      loop.execute(() -> listener.onRefused(Refusal.NETWORK_UNREACHABLE, state.detail()));
    } else {
      open.connect(loop, name.get(), CONNECT_TIMEOUT, new Outcome(this, listener));
    }
  }

  @Override
  public Optional<Conversation> converse(
      Loop loop,
      EntrySpec.Target to,
      FlowRequest.Credentials isolation,
      DatagramReceiver receiver) {
    return I2pName.parse(to.host())
        .flatMap(name -> talks().map(talks -> talks.with(loop, name, isolation, receiver)));
  }

  private Optional<SamDatagrams> talks() {
    synchronized (lock) {
      SamSettings settings = bridge;
      if (datagrams == null && settings != null && !closed) {
        datagrams = new SamDatagrams(sockets, settings);
        datagrams.start();
      }
      return Optional.ofNullable(datagrams);
    }
  }

  /// The outcome of one stream, in the words of the engine.
  private record Outcome(I2pGateway gateway, OpenListener listener)
      implements SamSession.StreamListener {
    @Override
    public void onConnected(Connection stream) {
      listener.onOpened(stream);
    }

    @Override
    public void onFailed(SamException why) {
      boolean down = why.why() == Cause.NO_ROUTER || why.why() == Cause.NO_SESSION;
      String text =
          down && gateway.state.phase() == Phase.DOWN ? gateway.state.detail() : why.text();
      listener.onRefused(refusal(why.why()), text);
    }

    private static Refusal refusal(Cause cause) {
      return switch (cause) {
        case UNKNOWN_NAME, UNREACHABLE -> Refusal.HOST_UNREACHABLE;
        case TIMED_OUT -> Refusal.TIMED_OUT;
        case NO_ROUTER, NO_SESSION -> Refusal.NETWORK_UNREACHABLE;
        case VERSION, PROTOCOL, KEY, REFUSED -> Refusal.GENERAL_FAILURE;
      };
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (session != null) {
        session.close();
      }
      if (datagrams != null) {
        datagrams.close();
        datagrams = null;
      }
      if (router != null) {
        router.close();
      }
    }
  }
}
