package org.wormholes.transport.tor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.DialListener.DialFailure;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.ClosableCarrier;
import org.wormholes.transport.socket.Sockets;

/// The carrier `tor`: onion services. Its addresses are `NAME.onion:PORT`; that of a node is the
/// node's own, since both are the same key. Neither side needs a port that others reach, and
/// neither learns where the other is.
///
/// It listens at a tor: `127.0.0.1:9051` is the control port of one that runs, port 0 means one of
/// our own. Settings: [TorSettings].
final class TorCarrier implements ClosableCarrier {
  static final String NAME = "tor";

  /// The port of our onion services.
  static final int PORT = 4040;

  private static final int SALT_BYTES = 16;

  private final Sockets sockets;
  private final TorSettings settings;
  private final Optional<Path> folder;
  private final String searchPath;
  private final FlowRequest.Credentials salt;
  private @Nullable Tor tor;
  private boolean closed;

  TorCarrier(Sockets sockets, CarrierOptions options, String searchPath) {
    this.sockets = sockets;
    this.settings = TorSettings.of(options);
    this.folder = options.folder();
    this.searchPath = searchPath;
    byte[] bytes = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(bytes);
    this.salt = new FlowRequest.Credentials("link", HexFormat.of().formatHex(bytes));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> addressProblem(String address) {
    return OnionAddress.parse(address).isPresent()
        ? Optional.empty()
        : Optional.of("expected 56 characters, .onion and a port");
  }

  @Override
  public void dial(Loop loop, String address, Duration timeout, DialListener listener) {
    Optional<EntrySpec.Target> to = OnionAddress.parse(address);
    if (to.isEmpty()) {
      loop.execute(() -> listener.onFailed(DialFailure.FAILED));
      return;
    }
    Tor through;
    try {
      through = running(settings.control());
    } catch (IOException impossible) {
      loop.execute(() -> listener.onFailed(DialFailure.FAILED));
      return;
    }
    // Links to different nodes share no circuit: the name is part of the isolation.
    FlowRequest.Credentials isolation =
        new FlowRequest.Credentials(to.get().host(), salt.password());
    new OnionDial(through, loop, to.get(), isolation, listener).start(timeout);
  }

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, Consumer<Connection> accept) {
    return CompletableFuture.failedFuture(
        new IOException("the carrier tor listens as a node, and needs its key"));
  }

  @Override
  public CompletionStage<Listener> listen(
      List<Loop> loops, String address, NodeKey key, Consumer<Connection> accept) {
    Tor at;
    try {
      at = running(TorSettings.control(address));
    } catch (IOException | IllegalArgumentException wrong) {
      return CompletableFuture.failedFuture(notListening(address, wrong));
    }
    TorController controller = at.controller();
    return sockets
        .listen(
            loops,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            (loop, channel) ->
                accept.accept(
                    controller.adopt(sockets.stream(loop, channel, null, false), "somebody.onion")))
        .thenCompose(door -> publish(at, door, key, address));
  }

  private CompletionStage<Listener> publish(Tor at, Listener door, NodeKey key, String address) {
    OnionService service;
    try {
      service =
          new OnionService(
              key,
              new TreeSet<>(Set.of(PORT)),
              TorSettings.control(door.address()).orElseThrow(),
              settings.clients());
    } catch (IllegalArgumentException wrong) {
      return CompletableFuture.failedFuture(notListening(address, wrong));
    }
    CompletableFuture<Void> taken = at.controller().publish(service);
    return taken
        .thenApply(done -> (Listener) new Open(at, service, door))
        .exceptionallyCompose(why -> {
          door.close();
          at.controller().withdraw(service);
          Throwable cause = why.getCause() == null ? why : why.getCause();
          return CompletableFuture.failedFuture(notListening(address, cause));
        });
  }

  private static IOException notListening(String address, Throwable why) {
    return new IOException("could not listen on tor=" + address + ": " + why.getMessage(), why);
  }

  /// The one tor of this carrier, started with its first use.
  ///
  /// @param control of one that runs; empty for one of our own
  private synchronized Tor running(Optional<InetSocketAddress> control) throws IOException {
    if (closed) {
      throw new IOException("the transport is closed");
    }
    Tor known = tor;
    if (known != null) {
      return known;
    }
    Tor fresh =
        control.isPresent()
            ? Tor.adopted(sockets, control.get(), settings.password(), state -> {})
            : owned();
    fresh.start();
    settings.keys().forEach((onion, secret) -> fresh.controller().clientKey(onion, secret));
    tor = fresh;
    return fresh;
  }

  private Tor owned() throws IOException {
    if (TorLauncher.find(searchPath).isEmpty()) {
      throw new IOException(TorLauncher.ABSENT);
    }
    Path place = folder.orElseThrow(() -> new IOException("a tor of our own needs a state folder"));
    return Tor.owned(sockets, place.resolve("program"), settings.lines(), searchPath, state -> {});
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
  }

  private record Open(Tor at, OnionService service, Listener door) implements Listener {
    @Override
    public String address() {
      return OnionAddress.of(service) + ":" + PORT;
    }

    @Override
    public CompletionStage<Void> close() {
      at.controller().withdraw(service);
      return door.close();
    }
  }
}
