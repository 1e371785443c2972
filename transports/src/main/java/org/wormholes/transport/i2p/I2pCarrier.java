package org.wormholes.transport.i2p;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.ClosableCarrier;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// The carrier `i2p`. Its addresses are hashes of destinations, `52 characters.b32.i2p`; other
/// names are refused, since address books differ.
///
/// It listens at a router: `127.0.0.1:7656` is the SAM bridge of one that runs, port 0 means one of
/// our own. What it is known by is the destination, which is kept in the state folder. A link's own
/// handshake and pings tell whether anybody answers; a router does not.
///
/// Settings: `i2p.sam` (the bridge that a node which does not listen dials through,
/// `127.0.0.1:7656` unless set; port 0 is one of our own), `i2p.hops` (0 to 7, 3 unless set),
/// `i2p.session` (further options, `name=value` and commas between them).
final class I2pCarrier implements ClosableCarrier {
  private static final String USUAL_BRIDGE = "127.0.0.1:7656";

  static final String NAME = "i2p";

  private final Sockets sockets;
  private final CarrierOptions options;
  private final List<SamSession> sessions = new ArrayList<>();
  private @Nullable RouterLauncher router;
  private boolean closed;

  I2pCarrier(Sockets sockets, CarrierOptions options) {
    options.only(NAME, Set.of("router", "hops", "session"));
    this.sockets = sockets;
    this.options = options;
    hops(options);
    session(options);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> addressProblem(String address) {
    return I2pName.parse(address).filter(I2pName::isHash).isPresent()
        ? Optional.empty()
        : Optional.of("expected 52 characters and .b32.i2p");
  }

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    Optional<I2pName> name = I2pName.parse(address).filter(I2pName::isHash);
    Optional<SamSession> session = name.isEmpty() ? Optional.empty() : dialling();
    if (name.isEmpty()
        || session.isEmpty()
        // A destination does not reach itself.
        || session.get().status().name().equals(name.get().text())) {
      loop.execute(() -> listener.onFailed(DialFailure.FAILED));
      return;
    }
    session
        .get()
        .connect(
            loop,
            name.get(),
            timeout,
            new SamSession.StreamListener() {
              @Override
              public void onConnected(Connection stream) {
                listener.onConnected(stream);
              }

              @Override
              public void onFailed(SamException why) {
                listener.onFailed(failure(why.why()));
              }
            });
  }

  private static DialFailure failure(SamException.Cause cause) {
    return switch (cause) {
      case UNREACHABLE, UNKNOWN_NAME -> DialFailure.UNREACHABLE;
      case TIMED_OUT -> DialFailure.TIMED_OUT;
      case NO_ROUTER, VERSION, PROTOCOL, NO_SESSION, KEY, REFUSED -> DialFailure.FAILED;
    };
  }

  /// The session to dial from: the one that listens, or else one without a name that lasts.
  private synchronized Optional<SamSession> dialling() {
    if (sessions.isEmpty() && !closed) {
      try {
        String bridge = options.text("router").orElse(USUAL_BRIDGE);
        SamSession session = new SamSession(sockets, settings(bridge));
        session.start();
        sessions.add(session);
      } catch (IOException | IllegalArgumentException wrong) {
        return Optional.empty();
      }
    }
    return sessions.stream().findFirst();
  }

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    SamSession session;
    try {
      session = listening(address);
    } catch (IOException | IllegalArgumentException wrong) {
      return CompletableFuture.failedFuture(notListening(address, wrong));
    }
    StreamAcceptor acceptor = new StreamAcceptor(session, loops, accept);
    acceptor.start();
    session.start();
    return session
        .name()
        .thenApply(name -> (Listener) new Open(name, session, acceptor))
        .exceptionallyCompose(why -> {
          acceptor.close();
          forget(session);
          Throwable cause = why.getCause() == null ? why : why.getCause();
          return CompletableFuture.failedFuture(notListening(address, cause));
        });
  }

  private static IOException notListening(String address, Throwable why) {
    return new IOException("could not listen on i2p=" + address + ": " + why.getMessage(), why);
  }

  private synchronized SamSession listening(String address) throws IOException {
    SamSettings settings = settings(address);
    if (closed) {
      throw new IOException("the transport is closed");
    }
    Optional<Path> folder = options.folder();
    SamSession session =
        new SamSession(
            sockets,
            folder.isPresent() ? settings.withKey(folder.get().resolve("node.key")) : settings);
    sessions.addFirst(session);
    return session;
  }

  private synchronized void forget(SamSession session) {
    sessions.remove(session);
    session.close();
  }

  private SamSettings settings(String bridge) throws IOException {
    return SamSettings.of(bridge(bridge)).withHops(hops(options)).withOptions(session(options));
  }

  static int hops(CarrierOptions options) {
    String text = options.text("hops").orElse(Integer.toString(SamSettings.DEFAULT_HOPS));
    if (!text.matches("[0-7]")) {
      throw new IllegalArgumentException("the option hops of i2p must be 0..7, was " + text);
    }
    return Integer.parseInt(text);
  }

  private InetSocketAddress bridge(String address) throws IOException {
    InetSocketAddress literal =
        HostPort.parse(address)
            .flatMap(HostPort::literal)
            .orElseThrow(
                () -> new IllegalArgumentException("expected ip:port of a router, was " + address));
    return literal.getPort() == 0 ? started().sam() : literal;
  }

  /// A router of our own, with its first use.
  private RouterLauncher started() throws IOException {
    RouterLauncher running = router;
    if (running != null) {
      return running;
    }
    String searchPath = Programs.usualPath();
    if (RouterLauncher.find(searchPath).isEmpty()) {
      throw new IOException(RouterLauncher.ABSENT);
    }
    Path folder =
        options
            .folder()
            .orElseThrow(() -> new IOException("a router of our own needs a state folder"));
    RouterLauncher fresh =
        RouterLauncher.in(folder.resolve("router"), Map.of(), searchPath, status -> {});
    fresh.start();
    router = fresh;
    return fresh;
  }

  static Map<String, String> session(CarrierOptions options) {
    String text = options.text("session").orElse("");
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = each.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "the option session of i2p must be name=value, was " + each);
      }
      pairs.put(each.substring(0, equals), each.substring(equals + 1));
    }
    return pairs;
  }

  @Override
  public synchronized void close() {
    closed = true;
    sessions.forEach(SamSession::close);
    sessions.clear();
    RouterLauncher running = router;
    if (running != null) {
      running.close();
    }
  }

  private final class Open implements Listener {
    private final String name;
    private final SamSession session;
    private final StreamAcceptor acceptor;

    Open(String name, SamSession session, StreamAcceptor acceptor) {
      this.name = name;
      this.session = session;
      this.acceptor = acceptor;
    }

    @Override
    public String address() {
      return name;
    }

    @Override
    public CompletionStage<Void> close() {
      acceptor.close();
      forget(session);
      return CompletableFuture.completedFuture(null);
    }
  }
}
