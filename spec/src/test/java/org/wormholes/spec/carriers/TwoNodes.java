package org.wormholes.spec.carriers;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;
import org.wormholes.rules.Tunnel;
import org.wormholes.runtime.Engine;
import org.wormholes.runtime.GuardStore;
import org.wormholes.runtime.NodeSettings;
import org.wormholes.runtime.control.CircuitView;
import org.wormholes.runtime.control.EngineEvent;
import org.wormholes.runtime.control.Explainer;
import org.wormholes.runtime.control.Explanation;
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Await;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;

/// A relay that is guard and exit, and a client that reaches it over the carriers it is told.
final class TwoNodes implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final String NETWORK = "two";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final NettyTransport relaying;
  private final NettyTransport asking;
  private final Engine relay;
  private final Engine client;
  private final Ruleset ruleset;
  private final Queue<EngineEvent> events = new ConcurrentLinkedQueue<>();
  private final int port;

  /// Starts both and waits for a circuit.
  ///
  /// @param relayOptions what the relay's operator says about carriers
  /// @param clientOptions what the client's does
  /// @param listen where the relay listens, by carrier
  /// @param announce what it tells others
  /// @param contacts where the client meets it, of the addresses it names
  /// @param carry the client's carriers
  TwoNodes(
      CarrierSettings relayOptions,
      CarrierSettings clientOptions,
      Map<String, String> listen,
      Map<String, String> announce,
      Function<List<NodeUri>, List<NodeUri>> contacts,
      List<String> carry)
      throws IOException {
    relaying = transport(relayOptions);
    asking = transport(clientOptions);
    NodeSettings serving =
        new NodeSettings(
            key(),
            List.of(new Network(NETWORK, true, List.of())),
            Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
            listen,
            announce,
            "",
            "",
            "",
            0,
            Optional.of(LocalNetwork.LOOPBACK_EXIT),
            NodeSettings.DEFAULT_MEMORY);
    relay = Engine.start(serving, relaying, GuardStore.NONE);
    var _ = relay.events(events::add);
    List<String> urls = contacts.apply(relay.addresses()).stream().map(NodeUri::format).toList();
    Network network = new Network(NETWORK, true, urls);
    client = Engine.start(NodeSettings.client(key(), List.of(network)), asking, GuardStore.NONE);
    var _ = client.events(events::add);
    Tunnel tunnel =
        new Tunnel(
            "only",
            NETWORK,
            List.of(new Entry.Socks(new Entry.Listen(0), false)),
            Relays.any(1),
            LocalNetwork.LOOPBACK_EXIT,
            carry,
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    ruleset = new Ruleset("test", "1", List.of(network), List.of(tunnel), List.of(), List.of());
    String address =
        client.apply(ruleset, SourceMap.EMPTY).toCompletableFuture().join().getFirst().address();
    port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    Await.that(
        "a circuit over " + carry,
        LIMIT,
        () ->
            client.circuits().stream()
                .anyMatch(circuit -> circuit.state() == CircuitView.State.READY));
  }

  static CarrierSettings options(String carrier, Map<String, String> options) {
    return new CarrierSettings(Optional.empty(), Map.of(carrier, options));
  }

  private static NettyTransport transport(CarrierSettings options) {
    return NettyTransport.open(
        NettyOptions.defaults().withLoops(1), EntryLimits.defaults(), options);
  }

  private static NodeKey key() {
    return NodeKey.create(RANDOM::nextBytes);
  }

  Engine relay() {
    return relay;
  }

  Engine client() {
    return client;
  }

  /// Everything that both engines told, in the order of each.
  List<EngineEvent> events() {
    return List.copyOf(events);
  }

  Explanation explain(String flow) {
    return Explainer.live(ruleset, SourceMap.EMPTY, client)
        .explain(flow, "", "only", java.time.LocalDateTime.of(2026, 1, 1, 12, 0));
  }

  /// Sends so many bytes from a server on this machine through the tunnel.
  ///
  /// @return whether they came as they were sent
  boolean carries(int length) throws IOException {
    byte[] sent = new byte[length];
    new Random(length).nextBytes(sent);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread serving = Thread.ofPlatform().daemon().start(() -> serve(server, sent));
      byte[] heard = fetch(server.getLocalPort());
      serving.join();
      return java.util.Arrays.equals(sent, heard);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void serve(ServerSocket server, byte[] bytes) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("serving", e);
    }
  }

  private byte[] fetch(int serverPort) throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    Proxy proxy = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(here, port));
    try (Socket socket = new Socket(proxy)) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.connect(new InetSocketAddress(here, serverPort), (int) LIMIT.toMillis());
      try (InputStream in = socket.getInputStream()) {
        return in.readAllBytes();
      }
    }
  }

  @Override
  public void close() {
    client.close();
    relay.close();
    asking.close();
    relaying.close();
  }
}
