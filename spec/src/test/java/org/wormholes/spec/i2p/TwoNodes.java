package org.wormholes.spec.i2p;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
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
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.I2pLab;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.HostPort;
import org.wormholes.transport.socket.NettyOptions;

/// A client, and the one exit it can use, which is reached over I2P and nothing else. A third node,
/// by TCP, is where both learn of each other.
final class TwoNodes implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String NETWORK = "over-i2p";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final NettyTransport plain;
  private final NettyTransport hidden;
  private final NettyTransport asking;
  private final Engine meeting;
  private final Engine exit;
  private final Engine client;
  private final Queue<String> links = new ConcurrentLinkedQueue<>();
  private final int port;

  TwoNodes(I2pLab lab) throws IOException {
    String bridge = HostPort.of(lab.router().sam());
    Map<String, String> i2p =
        Map.of(
            "router", bridge, "hops", "0", "session", "i2cp.leaseSetType=1,i2cp.leaseSetEncType=0");
    plain = NettyTransport.open(NettyOptions.defaults().withLoops(1));
    hidden = over(i2p);
    asking = over(i2p);
    Network alone = new Network(NETWORK, true, List.of());
    meeting = Engine.start(node(alone, "tcp", "127.0.0.1:0", false), plain, GuardStore.NONE);
    Network network = new Network(NETWORK, true, List.of(url(meeting)));
    exit = Engine.start(node(network, "i2p", bridge, true), hidden, GuardStore.NONE);
    client = Engine.start(NodeSettings.client(key(), List.of(network)), asking, GuardStore.NONE);
    var _ =
        client.events(event -> {
          if (event.kind() == EngineEvent.Kind.LINK_UP) {
            links.add(event.message());
          }
        });
    port = apply(client, network);
    Await.that(
        "a circuit over i2p",
        LIMIT,
        () ->
            client.circuits().stream()
                .anyMatch(circuit -> circuit.state() == CircuitView.State.READY));
  }

  /// Where the exit listens, as it tells others.
  Map<String, String> exitAddresses() {
    return exit.carrierAddresses();
  }

  /// What the client's engine said of links that came up.
  List<String> links() {
    return List.copyOf(links);
  }

  /// Everything that a server on this machine sends, through the tunnel.
  byte[] fetch(int serverPort) throws IOException {
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

  private static NettyTransport over(Map<String, String> i2p) {
    return NettyTransport.open(
        NettyOptions.defaults().withLoops(1),
        EntryLimits.defaults(),
        new CarrierSettings(Optional.empty(), Map.of("i2p", i2p)));
  }

  private static int apply(Engine client, Network network) {
    Tunnel tunnel =
        new Tunnel(
            "hidden",
            NETWORK,
            List.of(new Entry.Socks(new Entry.Listen(0), false)),
            Relays.any(1),
            LocalNetwork.LOOPBACK_EXIT,
            List.of("i2p"),
            Optional.empty(),
            Isolation.DEFAULT,
            false,
            Optional.empty());
    Ruleset ruleset =
        new Ruleset("test", "1", List.of(network), List.of(tunnel), List.of(), List.of());
    String address =
        client.apply(ruleset, SourceMap.EMPTY).toCompletableFuture().join().getFirst().address();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static NodeKey key() {
    return NodeKey.create(RANDOM::nextBytes);
  }

  private static NodeSettings node(Network network, String carrier, String listen, boolean exit) {
    Optional<Exit> policy = exit ? Optional.of(LocalNetwork.LOOPBACK_EXIT) : Optional.empty();
    return new NodeSettings(
        key(),
        List.of(network),
        exit ? Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD) : Set.of(NodeRole.RELAY),
        Map.of(carrier, listen),
        Map.of(),
        "",
        "",
        "",
        0,
        policy,
        NodeSettings.DEFAULT_MEMORY);
  }

  private static String url(Engine node) {
    String address = Optional.ofNullable(node.carrierAddresses().get("tcp")).orElseThrow();
    HostPort place = HostPort.parse(address).orElseThrow();
    return new NodeUri(node.id(), place.host(), place.port()).format();
  }

  @Override
  public void close() {
    client.close();
    exit.close();
    meeting.close();
    asking.close();
    hidden.close();
    plain.close();
  }
}
