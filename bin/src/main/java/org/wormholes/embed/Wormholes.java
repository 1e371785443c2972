package org.wormholes.embed;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Problem;
import org.wormholes.dsl.Tier;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.embed.ChannelBridge;

/// A client node inside this program: its tunnels are those of one ruleset. Thread-safe; calls
/// wait, so make them from virtual threads or threads that may wait.
public final class Wormholes implements AutoCloseable {
  /// Where a service is asked for unless a port is named; it has one port of its own.
  private static final int SERVICE_PORT = 80;

  private final NettyTransport transport;
  private final Engine engine;

  private Wormholes(NettyTransport transport, Engine engine) {
    this.transport = transport;
    this.engine = engine;
  }

  /// Compiles a script (without running any Ruby) and runs its tunnels under a fresh identity.
  ///
  /// @throws IOException if the file cannot be read, has problems (the message lists them, each
  ///   with its place), or an entry's port is taken
  public static Wormholes open(Path script) throws IOException {
    Compilation compilation = Compiler.compile(script, Options.of(Tier.STATIC));
    Ruleset ruleset =
        compilation.ruleset().orElseThrow(() -> new IOException(text(compilation.problems())));
    return open(ruleset, compilation.sourceMap());
  }

  /// Runs the tunnels of a ruleset that is compiled already.
  public static Wormholes open(Ruleset ruleset, SourceMap sources) throws IOException {
    NettyTransport transport = NettyTransport.open();
    try {
      NodeKey key = NodeKey.create(new SecureRandom()::nextBytes);
      Engine engine = Engine.start(NodeSettings.client(key, List.of()), transport, GuardStore.NONE);
      Wormholes opened = new Wormholes(transport, engine);
      opened.apply(ruleset, sources);
      return opened;
    } catch (IOException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  private static String text(List<Problem> problems) {
    return String.join("\n", problems.stream().map(Problem::render).toList());
  }

  /// Exchanges the ruleset; flows of tunnels that stay as they are go on.
  public void apply(Ruleset ruleset, SourceMap sources) throws IOException {
    await(engine.apply(ruleset, sources));
  }

  /// Connects to a destination through a tunnel. The name is resolved at the exit.
  ///
  /// @throws IOException if the tunnel has no path, its rules or the exit refuse the destination,
  ///   or the destination does not answer
  public ByteChannel channel(String tunnel, String host, int port) throws IOException {
    return channel(tunnel, host, port, Optional.empty());
  }

  /// Connects to a published service: `wormhole://ADDRESS`, at port 80 unless the URI has one.
  ///
  /// @throws IOException if the tunnel has no path, or nobody comes to meet us
  /// @throws IllegalArgumentException if it is no address of a service
  public ByteChannel channel(String tunnel, URI service) throws IOException {
    int port = service.getPort() < 0 ? SERVICE_PORT : service.getPort();
    return channel(tunnel, host(service), port);
  }

  private static String host(URI service) {
    try {
      if (!"wormhole".equals(service.getScheme()) || service.getHost() == null) {
        throw new WireException("no such address");
      }
      return NodeId.parse(service.getHost()).address() + ".wormhole";
    } catch (WireException e) {
      throw new IllegalArgumentException(
          "expected wormhole:// and an address of 56 characters, was " + service, e);
    }
  }

  /// For an HTTP client that goes through [#proxySelector]: a page of a published service, as it is
  /// named there. What is said on the way is sealed to the service's address.
  ///
  /// @param page `wormhole://ADDRESS[:PORT][/path]`
  /// @throws IllegalArgumentException if it is no address of a service
  public static URI page(URI page) {
    String port = page.getPort() < 0 ? "" : ":" + page.getPort();
    String query = page.getRawQuery() == null ? "" : "?" + page.getRawQuery();
    return URI.create("http://" + host(page) + port + page.getRawPath() + query);
  }

  /// Where a service is reached that the ruleset publishes. Clients find it a moment later, when
  /// its `ready` in [Engine#tunnels] is not 0 any more.
  ///
  /// @param name as the script says it: `as: "blog"`
  /// @throws IllegalArgumentException if nothing of this name is published
  public URI published(String name) {
    return engine.tunnels().stream()
        .flatMap(tunnel -> tunnel.services().stream())
        .filter(service -> service.name().equals(name))
        .findFirst()
        .map(service -> URI.create(service.address()))
        .orElseThrow(
            () -> new IllegalArgumentException("nothing is published under the name " + name));
  }

  /// Connects to a destination, on circuits shared with no flow of another `user`.
  public ByteChannel channel(String tunnel, String host, int port, String user) throws IOException {
    return channel(tunnel, host, port, Optional.of(new FlowRequest.Credentials(user, "")));
  }

  /// Connects to what a node publishes to its peers, wherever it is, directly or through a relay.
  ///
  /// @param uri `peer://KEY:PORT` or, in a closed network, `friend://NAME@NETWORK:PORT`
  /// @throws IOException if no `peers` of the ruleset lead there, or the node is not reached, or
  ///   publishes nothing to this one at that port
  public ByteChannel peer(String uri) throws IOException {
    PeerPlace place = PeerPlace.parse(uri);
    List<Gateway> gateways = engine.applied().map(it -> it.ruleset().gateways()).orElse(List.of());
    return channel(place.gateway(gateways), place.host(), place.port());
  }

  private ByteChannel channel(
      String tunnel, String host, int port, Optional<FlowRequest.Credentials> isolation)
      throws IOException {
    Connection connection = await(engine.dial(tunnel, host, port, isolation));
    return ChannelBridge.over(connection);
  }

  /// For `java.net.http.HttpClient`: every request goes through the tunnel, none beside it.
  public ProxySelector proxySelector(String tunnel) throws IOException {
    String address = engine.proxy(tunnel);
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    return ProxySelector.of(InetSocketAddress.createUnresolved("127.0.0.1", port));
  }

  /// The engine itself, for everything that can be asked of it.
  public Engine engine() {
    return engine;
  }

  @Override
  public void close() {
    engine.close();
    transport.close();
  }

  private static <T> T await(CompletionStage<T> stage) throws IOException {
    CompletableFuture<T> future = stage.toCompletableFuture();
    try {
      return future.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(cause.getMessage(), cause);
    }
  }
}
