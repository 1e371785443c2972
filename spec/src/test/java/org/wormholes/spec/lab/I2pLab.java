package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.ConnectionHandler;
import org.wormholes.transport.i2p.RouterLauncher;
import org.wormholes.transport.i2p.SamSession;
import org.wormholes.transport.i2p.SamSession.State;
import org.wormholes.transport.i2p.SamSettings;
import org.wormholes.transport.i2p.StreamAcceptor;
import org.wormholes.transport.program.Programs;
import org.wormholes.transport.socket.NettyOptions;
import org.wormholes.transport.socket.Sockets;

/// One real i2pd on loopback, in a network of its own, with tunnels of no hops: what is tested is
/// all that programs and routers say to each other. An echo listens at a destination of it, and
/// another session is there to reach it from. Shared by every test that asks for it, because a
/// session takes i2pd 2.45 twenty seconds.
public final class I2pLab implements AutoCloseable {
  /// Two looks of the router, and what a busy machine adds.
  public static final Duration SESSION_LIMIT = Duration.ofSeconds(60);

  /// What a session of a router that is alone must ask for: a new kind of lease set is published to
  /// others, and here are none (i2pd 2.45).
  public static final Map<String, String> ALONE =
      Map.of("i2cp.leaseSetType", "1", "i2cp.leaseSetEncType", "0");

  private final Path folder;
  private final Sockets sockets;
  private final RouterLauncher router;
  private final SamSession echo;
  private final SamSession client;

  /// Started for the caller alone.
  public static I2pLab open() throws IOException {
    return new I2pLab();
  }

  private I2pLab() throws IOException {
    folder = Files.createTempDirectory("i2p");
    sockets = Sockets.open(NettyOptions.defaults().withLoops(2));
    router =
        RouterLauncher.in(
            folder.resolve("router"), alone(Ports.free()), Programs.usualPath(), status -> {});
    router.start();
    echo = new SamSession(sockets, settings(router).withKey(folder.resolve("keys/echo.key")));
    client = new SamSession(sockets, settings(router));
    StreamAcceptor acceptor = new StreamAcceptor(echo, sockets.loops(), Echo::on);
    acceptor.start();
    echo.start();
    client.start();
    ready(echo);
    ready(client);
  }

  /// Hands the laboratory to test methods that have a parameter of its type.
  public static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == I2pLab.class;
    }

    @Override
    public I2pLab resolveParameter(ParameterContext parameter, ExtensionContext context) {
      String _ = Tools.need("i2pd", "i2pd");
      return context
          .getRoot()
          .getStore(Namespace.GLOBAL)
          .computeIfAbsent(I2pLab.class, _ -> start(), I2pLab.class);
    }

    private static I2pLab start() {
      try {
        return open();
      } catch (IOException broken) {
        throw new UncheckedIOException("starting a router", broken);
      }
    }
  }

  /// Options of a router that is a network by itself: it asks nobody for others and floods alone.
  ///
  /// @param port where it would listen for other routers
  public static Map<String, String> alone(int port) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("netid", "77");
    options.put("host", "127.0.0.1");
    options.put("address4", "127.0.0.1");
    options.put("port", Integer.toString(port));
    options.put("ipv4", "true");
    options.put("ipv6", "false");
    options.put("nat", "false");
    options.put("reservedrange", "false");
    options.put("floodfill", "true");
    options.put("bandwidth", "X");
    options.put("ntcp2.enabled", "true");
    options.put("ntcp2.published", "true");
    options.put("ssu2.enabled", "false");
    options.put("reseed.urls", "");
    options.put("reseed.yggurls", "");
    options.put("reseed.zipfile", "");
    options.put("reseed.threshold", "0");
    options.put("exploratory.inbound.length", "0");
    options.put("exploratory.outbound.length", "0");
    // i2pd 2.45 ends itself at a lookup without an address book, and after a while with an empty
    // URL. The name exists nowhere: nothing is fetched.
    options.put("addressbook.enabled", "true");
    options.put("addressbook.defaulturl", "http://none.i2p/hosts.txt");
    options.put("addressbook.subscriptions", "http://none.i2p/hosts.txt");
    return options;
  }

  /// A session at `router`, which is alone.
  public static SamSettings settings(RouterLauncher router) {
    return SamSettings.of(router.sam()).withHops(0).withOptions(ALONE);
  }

  /// Returns once `session` is ready.
  public static void ready(SamSession session) {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    session.watch(status -> check(status, ready));
    check(session.status(), ready);
    try {
      ready.get(SESSION_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (Exception late) {
      throw new AssertionError("no session: " + session.status(), late);
    }
  }

  private static void check(SamSession.Status status, CompletableFuture<Void> ready) {
    if (status.state() == State.READY) {
      ready.complete(null);
    }
  }

  public Path folder() {
    return folder;
  }

  public Sockets sockets() {
    return sockets;
  }

  public RouterLauncher router() {
    return router;
  }

  /// Sends back what it hears.
  public SamSession echo() {
    return echo;
  }

  public SamSession client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    echo.close();
    router.close();
    sockets.close();
  }

  /// Sends back what it hears, and ends when the other side does.
  public static final class Echo implements ConnectionHandler {
    private final Connection stream;

    private Echo(Connection stream) {
      this.stream = stream;
    }

    public static void on(Connection stream) {
      stream.handler(new Echo(stream));
      stream.reading(true);
    }

    @Override
    public void onRead(ByteBuffer in) {
      byte[] bytes = new byte[in.remaining()];
      in.get(bytes);
      stream.write(bytes, 0, bytes.length);
      if (!stream.writable()) {
        stream.reading(false);
      }
    }

    @Override
    public void onReadComplete() {
      stream.flush();
    }

    @Override
    public void onWritable() {
      stream.reading(true);
    }

    @Override
    public void onInputFinished() {
      stream.close();
    }

    @Override
    public void onClosed(@org.jspecify.annotations.Nullable String cause) {
      // Nothing is kept for a stream.
    }
  }
}
