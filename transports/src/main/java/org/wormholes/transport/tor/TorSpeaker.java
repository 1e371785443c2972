package org.wormholes.transport.tor;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.Splice;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.GatewaySpec;
import org.wormholes.runtime.spi.HostedService;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way;
import org.wormholes.transport.entry.Entries;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.Sockets;

/// Tor, through a tor of our own or one that runs already. Streams with different isolation get
/// different circuits, by the user name and password of its SOCKS port. Where it is led, all of its
/// connections go to a loopback door of ours, which only it can open, and from there the way that
/// the rule names.
public final class TorSpeaker implements GatewaySpeaker {
  private static final int SECRET_BYTES = 16;

  private final GatewaySpec spec;
  private final Optional<InetSocketAddress> server;
  private final Way way;
  private final Sockets sockets;
  private final Entries entries;
  private final Path folder;
  private final List<String> options;
  private final String searchPath;
  private final Consumer<State> changed;
  private volatile @Nullable Tor tor;
  private volatile @Nullable Listener door;
  private volatile State failed = new State(Phase.STARTING, 0, "it is not started yet");
  private final Set<TorHosting> hostings = ConcurrentHashMap.newKeySet();
  private boolean closed;

  /// @param folder where it keeps what it knows
  /// @param options further lines of its configuration
  /// @param searchPath folders to look for `tor` in, as in `PATH`
  public TorSpeaker(
      GatewaySpec spec,
      Way way,
      Sockets sockets,
      Entries entries,
      Path folder,
      List<String> options,
      String searchPath,
      Consumer<State> changed) {
    this.spec = spec;
    this.server = spec.server().map(TorSpeaker::literal);
    this.way = way;
    this.sockets = sockets;
    this.entries = entries;
    this.folder = folder;
    this.options = List.copyOf(options);
    this.searchPath = searchPath;
    this.changed = changed;
  }

  @Override
  public void start() {
    if (!spec.isLed()) {
      run(options);
      return;
    }
    FlowRequest.Credentials secret = new FlowRequest.Credentials(secret(), secret());
    EntrySpec entry =
        new EntrySpec(spec.name(), EntrySpec.Kind.SOCKS, "127.0.0.1", 0, false, Optional.empty());
    var _ =
        entries
            .listen(entry, new Door(secret))
            .whenComplete((listener, failure) -> {
              if (listener == null) {
                failed = new State(Phase.DOWN, 0, "no port for its own connections");
                changed.accept(failed);
                return;
              }
              door = listener;
              List<String> lines = new ArrayList<>(options);
              lines.add("Socks5Proxy " + listener.address());
              lines.add("Socks5ProxyUsername " + secret.user());
              lines.add("Socks5ProxyPassword " + secret.password());
              run(lines);
            });
  }

  private synchronized void run(List<String> lines) {
    if (closed) {
      return;
    }
    Tor made =
        server.isPresent()
            ? Tor.adopted(sockets, server.get(), spec.credentials().password(), changed)
            : Tor.owned(sockets, folder, lines, searchPath, changed);
    made.showsKey(spec.key());
    tor = made;
    made.start();
    hostings.forEach(hosting -> hosting.on(made));
  }

  @Override
  public synchronized Hosting host(HostedService service) {
    TorHosting hosting = new TorHosting(service, hostings::remove);
    hostings.add(hosting);
    Tor running = tor;
    if (running != null) {
      hosting.on(running);
    }
    return hosting;
  }

  private static InetSocketAddress literal(EntrySpec.Target server) {
    return new HostPort(server.host(), server.port())
        .literal()
        .filter(at -> at.getAddress().isLoopbackAddress())
        .orElseThrow(
            () -> new IllegalArgumentException("a tor is adopted by its address on this machine"));
  }

  private static String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public State state() {
    Tor running = tor;
    return running == null ? failed : running.state();
  }

  @Override
  public void newIdentity() {
    Tor running = tor;
    if (running != null) {
      var _ = running.newIdentity();
    }
  }

  @Override
  public void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    Tor running = tor;
    if (running == null) {
      listener.onRefused(
          FlowAcceptor.Refusal.GENERAL_FAILURE, "tor is not ready: " + failed.detail());
    } else {
      running.open(loop, to, isolation, listener);
    }
  }

  @Override
  public void close() {
    Tor running;
    synchronized (this) {
      closed = true;
      running = tor;
    }
    if (running != null) {
      running.close();
    }
    Listener listening = door;
    if (listening != null) {
      listening.close();
    }
  }

  /// Where tor's own connections come out, to go the way they are led.
  private final class Door implements FlowAcceptor {
    private final FlowRequest.Credentials secret;

    Door(FlowRequest.Credentials secret) {
      this.secret = secret;
    }

    @Override
    public void open(FlowRequest request, PendingFlow pending) {
      if (!request.credentials().equals(Optional.of(secret))) {
        pending.refuse(Refusal.NOT_ALLOWED);
        return;
      }
      boolean[] gone = {false};
      pending.onGone(() -> gone[0] = true);
      way.open(
          pending.loop(),
          request.target(),
          new FlowRequest.Credentials(spec.name(), ""),
          new OpenListener() {
            @Override
            public void onOpened(Connection connection) {
              if (gone[0]) {
                connection.abort();
              } else {
                Splice.join(connection, pending);
              }
            }

            @Override
            public void onRefused(Refusal refusal, String why) {
              if (!gone[0]) {
                pending.refuse(refusal);
              }
            }
          });
    }

    @Override
    public DatagramHandler associate(FlowRequest request, DatagramPort port) {
      throw new UnsupportedOperationException("tor's own connections are streams");
    }
  }
}
