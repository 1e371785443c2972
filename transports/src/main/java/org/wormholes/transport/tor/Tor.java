package org.wormholes.transport.tor;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker.Phase;
import org.wormholes.runtime.spi.GatewaySpeaker.State;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Way.OpenListener;
import org.wormholes.transport.gateway.ProxyExchange;
import org.wormholes.transport.socket.Sockets;

/// A tor to open streams through: one of our own, or one that runs already.
final class Tor implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final Sockets sockets;
  private final TorController controller;
  private final @Nullable TorLauncher launcher;
  private final @Nullable InetSocketAddress adopted;
  private final AtomicLong forgot =
      new AtomicLong(System.nanoTime() - TorController.NEW_IDENTITY_EVERY.toNanos());

  private @Nullable NodeKey key;

  private Tor(
      Sockets sockets,
      TorController controller,
      @Nullable TorLauncher launcher,
      @Nullable InetSocketAddress adopted) {
    this.sockets = sockets;
    this.controller = controller;
    this.launcher = launcher;
    this.adopted = adopted;
  }

  /// One that is started with [#start] and ends with [#close].
  ///
  /// @param folder where it keeps what it knows
  /// @param options further lines of its configuration
  /// @param searchPath folders to look for `tor` in, as in `PATH`
  static Tor owned(
      Sockets sockets,
      Path folder,
      List<String> options,
      String searchPath,
      Consumer<State> changed) {
    TorController controller = new TorController(sockets, "", changed);
    TorLauncher launcher =
        new TorLauncher(folder, options, searchPath, controller::part, controller::meet);
    return new Tor(sockets, controller, launcher, null);
  }

  /// One that runs already.
  ///
  /// @param control where its control port listens
  /// @param password empty where its cookie is to be read
  static Tor adopted(
      Sockets sockets, InetSocketAddress control, String password, Consumer<State> changed) {
    return new Tor(sockets, new TorController(sockets, password, changed), null, control);
  }

  /// Onion services that only some may find are shown this key when they ask for one. Called before
  /// the first stream.
  void showsKey(NodeKey own) {
    key = own;
  }

  void start() {
    if (launcher != null) {
      launcher.start();
    } else if (adopted != null) {
      controller.meet(adopted);
    }
  }

  State state() {
    return controller.state();
  }

  TorController controller() {
    return controller;
  }

  /// Tor remembers for minutes which onion services it could not find. A tor of our own, which
  /// carries links only, is made to forget, as often as it can be.
  void forgetFailures() {
    long now = System.nanoTime();
    long last = forgot.get();
    if (launcher != null
        && now - last > TorController.NEW_IDENTITY_EVERY.toNanos()
        && forgot.compareAndSet(last, now)) {
      var _ = newIdentity();
    }
  }

  CompletableFuture<Void> newIdentity() {
    return controller.newIdentity();
  }

  /// Opens a stream; names are looked up by Tor.
  ///
  /// @param isolation streams with different ones share no circuit
  void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    open(loop, to, isolation, listener, key);
  }

  /// @param own what to show to an onion service that asks; null for nothing
  private void open(
      Loop loop,
      EntrySpec.Target to,
      FlowRequest.Credentials isolation,
      OpenListener listener,
      @Nullable NodeKey own) {
    State now = state();
    Optional<InetSocketAddress> socks = controller.socks();
    if (socks.isEmpty() || now.phase() != Phase.READY) {
      listener.onRefused(
          FlowAcceptor.Refusal.GENERAL_FAILURE,
          now.phase() == Phase.DOWN
              ? now.detail()
              : "tor is not ready (%d%%): %s".formatted(now.percent(), now.detail()));
      return;
    }
    sockets.connect(
        loop,
        socks.get(),
        CONNECT_TIMEOUT,
        new DialListener() {
          @Override
          public void onConnected(Connection connection) {
            ProxyExchange.socks5(
                connection,
                to,
                isolation,
                new Outcome(
                    to,
                    listener,
                    own == null
                        ? Optional.empty()
                        : Optional.of(() -> show(own, loop, to, isolation, listener))));
          }

          @Override
          public void onFailed(DialFailure failure) {
            listener.onRefused(FlowAcceptor.Refusal.GENERAL_FAILURE, "tor does not answer");
          }
        });
  }

  /// Tells tor who we are for this onion service, and asks again.
  private void show(
      NodeKey own,
      Loop loop,
      EntrySpec.Target to,
      FlowRequest.Credentials isolation,
      OpenListener listener) {
    String secret = Base64.getEncoder().encodeToString(own.exposeAgreementKey());
    var _ =
        controller
            .clientKey(OnionAddress.service(to.host()), secret)
            .whenComplete(
                (done, failure) -> loop.execute(() -> open(loop, to, isolation, listener, null)));
  }

  private final class Outcome implements OpenListener {
    private final EntrySpec.Target to;
    private final OpenListener listener;
    private final Optional<Runnable> showKey;

    Outcome(EntrySpec.Target to, OpenListener listener, Optional<Runnable> showKey) {
      this.to = to;
      this.listener = listener;
      this.showKey = showKey;
    }

    @Override
    public void onOpened(Connection connection) {
      listener.onOpened(controller.adopt(connection, to.host() + ":" + to.port()));
    }

    @Override
    public void onRefused(FlowAcceptor.Refusal refusal, String why) {
      if (why.equals(ProxyExchange.WANTS_CLIENT_KEY) && showKey.isPresent()) {
        showKey.get().run();
      } else {
        listener.onRefused(refusal, why);
      }
    }
  }

  @Override
  public void close() {
    controller.close();
    if (launcher != null) {
      launcher.close();
    }
  }
}
