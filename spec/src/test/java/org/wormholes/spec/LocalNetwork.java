package org.wormholes.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Fact;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.ListenView;
import org.wormholes.runtime.spi.Transport;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.socket.NettyOptions;

/// Relays and one client in this process, over real sockets on loopback. Every relay is also an
/// exit and lets loopback addresses be reached, as its rules say.
public final class LocalNetwork implements AutoCloseable {
  public static final String NETWORK = "local";

  /// An exit that may reach this machine.
  public static final Exit LOOPBACK_EXIT =
      new Exit(
          List.of(
              ExitClause.allow(
                  new Expr.AddressTest(AddressKind.LOOPBACK, new Expr.FactRef(Fact.ADDRESS)))),
          new Resolve.BySystem());

  private static final SecureRandom RANDOM = new SecureRandom();

  private final NettyTransport transport;
  private final String carrier;
  private final List<Engine> relays = new ArrayList<>();
  private final Engine client;
  private final List<Engine> others = new ArrayList<>();

  private LocalNetwork(NettyTransport transport, int relays, long clientMemory, Exit exit)
      throws IOException {
    this(transport, "tcp", relays, clientMemory, exit);
  }

  private LocalNetwork(
      NettyTransport transport, String carrier, int relays, long clientMemory, Exit exit)
      throws IOException {
    this.transport = transport;
    this.carrier = carrier;
    Network network = new Network(NETWORK, true, List.of());
    for (int i = 0; i < relays; i++) {
      this.relays.add(Engine.start(relay(network, exit, carrier), transport, GuardStore.NONE));
      network = new Network(NETWORK, true, List.of(bootstrap()));
    }
    NodeSettings settings =
        NodeSettings.client(newKey(), List.of(network)).withMemoryLimit(clientMemory);
    this.client = Engine.start(settings, transport, GuardStore.NONE);
  }

  public static LocalNetwork of(int relays) throws IOException {
    return of(relays, 1);
  }

  public static LocalNetwork of(int relays, int loops) throws IOException {
    return new LocalNetwork(
        NettyTransport.open(NettyOptions.defaults().withLoops(loops)),
        relays,
        NodeSettings.DEFAULT_MEMORY,
        LOOPBACK_EXIT);
  }

  /// A network whose sockets are driven by this interface of the system.
  public static LocalNetwork on(NettyOptions.Polling polling, int relays) throws IOException {
    return new LocalNetwork(
        NettyTransport.open(NettyOptions.defaults().withPolling(polling).withLoops(1)),
        relays,
        NodeSettings.DEFAULT_MEMORY,
        LOOPBACK_EXIT);
  }

  /// A network whose relays are reached over this carrier; over `tcp` they only get to know each
  /// other.
  public static LocalNetwork over(String carrier, int relays) throws IOException {
    return new LocalNetwork(
        NettyTransport.open(NettyOptions.defaults().withLoops(1)),
        carrier,
        relays,
        NodeSettings.DEFAULT_MEMORY,
        LOOPBACK_EXIT);
  }

  /// A network whose exits have these rules.
  public static LocalNetwork withExit(int relays, Exit exit) throws IOException {
    return new LocalNetwork(
        NettyTransport.open(NettyOptions.defaults().withLoops(1)),
        relays,
        NodeSettings.DEFAULT_MEMORY,
        exit);
  }

  /// A network whose client keeps at most this much on behalf of others.
  public static LocalNetwork withClientMemory(int relays, long bytes) throws IOException {
    return new LocalNetwork(
        NettyTransport.open(NettyOptions.defaults().withLoops(1)), relays, bytes, LOOPBACK_EXIT);
  }

  static NodeKey newKey() {
    return NodeKey.create(RANDOM::nextBytes);
  }

  private static NodeSettings relay(Network network, Exit exit, String carrier) {
    boolean onlyTcp = carrier.equals("tcp");
    String own = "127.0.0.1:" + (onlyTcp ? 0 : freeUdpPort());
    return new NodeSettings(
        newKey(),
        List.of(network),
        Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
        onlyTcp ? Map.of("tcp", own) : Map.of("tcp", "127.0.0.1:0", carrier, own),
        onlyTcp ? Map.of() : Map.of(carrier, own),
        "",
        "",
        "",
        0,
        Optional.of(exit),
        NodeSettings.DEFAULT_MEMORY);
  }

  private static int freeUdpPort() {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// `wormhole://…` of the first relay.
  public String bootstrap() {
    Engine first = relays.getFirst();
    String address = Objects.requireNonNull(first.carrierAddresses().get("tcp"));
    int colon = address.lastIndexOf(':');
    return new NodeUri(
            first.id(), address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))
        .format();
  }

  public Transport transport() {
    return transport;
  }

  public Engine client() {
    return client;
  }

  /// One more client; ends with the network.
  public Engine another() throws IOException {
    return another(Map.of());
  }

  /// The same, with keys of services that others publish too.
  public Engine another(Map<String, NodeKey> serviceKeys) throws IOException {
    Network network = new Network(NETWORK, true, List.of(bootstrap()));
    NodeSettings settings =
        NodeSettings.client(newKey(), List.of(network)).withServiceKeys(serviceKeys);
    Engine engine = Engine.start(settings, transport, GuardStore.NONE);
    others.add(engine);
    return engine;
  }

  public List<Engine> relays() {
    return relays;
  }

  /// A ruleset with one tunnel of so many hops and a SOCKS entry on any port.
  public Ruleset tunnel(int hops, Isolation isolation) {
    return socksTunnel(hops, isolation, 0);
  }

  /// Likewise on a given port.
  public Ruleset socksTunnel(int hops, Isolation isolation, int port) {
    Tunnel web =
        new Tunnel(
            "web",
            NETWORK,
            List.of(new Entry.Socks(new Entry.Listen(port), true)),
            Relays.any(hops),
            LOOPBACK_EXIT,
            List.of(carrier),
            Optional.empty(),
            isolation,
            false,
            Optional.empty());
    return new Ruleset(
        "test",
        "1",
        List.of(new Network(NETWORK, true, List.of(bootstrap()))),
        List.of(web),
        List.of(),
        List.of());
  }

  /// Applies a ruleset and returns the port of its first entry.
  public int apply(Ruleset ruleset) {
    List<ListenView> open = client.apply(ruleset, SourceMap.EMPTY).toCompletableFuture().join();
    String address = open.getFirst().address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /// Waits until the client knows all relays.
  public void awaitKnown() {
    await(
        EngineEvent.Kind.NODE_FOUND, () -> client.nodes().size() >= relays.size(), "knows relays");
  }

  private void await(EngineEvent.Kind kind, BooleanSupplier met, String what) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Runnable check =
        () -> {
          if (met.getAsBoolean()) {
            done.complete(null);
          }
        };
    try (var _ =
        client.events(event -> {
          if (event.kind() == kind) {
            // Asking the engine waits for its loops, and this is one of them.
            Thread.ofPlatform().daemon().start(check);
          }
        })) {
      check.run();
      done.orTimeout(20, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new AssertionError("the client never " + what, e);
    }
  }

  /// Waits until the client knows all relays and has a circuit ready.
  public void awaitReady() {
    await(
        EngineEvent.Kind.CIRCUIT_BUILT,
        () ->
            client.circuits().stream()
                .anyMatch(circuit -> circuit.state() == CircuitView.State.READY),
        "has a circuit");
  }

  @Override
  public void close() {
    client.close();
    others.forEach(Engine::close);
    relays.forEach(Engine::close);
    transport.close();
  }
}
