package org.wormholes.spec.tor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.wormholes.protocol.crypto.NodeKey;
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
import org.wormholes.spec.LocalNetwork;
import org.wormholes.spec.lab.Await;
import org.wormholes.spec.lab.TorLab;
import org.wormholes.transport.CarrierSettings;
import org.wormholes.transport.NettyTransport;
import org.wormholes.transport.entry.EntryLimits;
import org.wormholes.transport.socket.NettyOptions;

/// Three relays and a client that know each other by onion services only, at two tors: the path of
/// the client crosses from one to the other with every link, in both directions.
final class OnionNodes implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(100);
  private static final String NETWORK = "over-tor";

  private final NettyTransport here;
  private final NettyTransport there;
  private final List<Engine> relays = new ArrayList<>();
  private final Engine client;
  private final Queue<String> links = new ConcurrentLinkedQueue<>();
  private final Queue<EngineEvent> events = new ConcurrentLinkedQueue<>();
  private final int port;

  OnionNodes(TorLab lab, Path folder) throws IOException {
    here = transport(folder.resolve("here"), Map.of("torrc", lab.torrc().toString()));
    there = transport(folder.resolve("there"), Map.of("torrc", lab.torrc().toString()));
    Network network = new Network(NETWORK, true, List.of());
    for (NettyTransport each : List.of(there, here, there)) {
      relays.add(Engine.start(relay(network), each, GuardStore.NONE));
      network =
          new Network(NETWORK, true, List.of(relays.getFirst().addresses().getFirst().format()));
    }
    client = Engine.start(NodeSettings.client(key(), List.of(network)), here, GuardStore.NONE);
    var _ =
        client.events(event -> {
          events.add(event);
          if (event.kind() == EngineEvent.Kind.LINK_UP) {
            links.add(event.message());
          }
        });
    port = apply(network);
    Await.that(
        "a circuit over three onion services",
        LIMIT,
        () ->
            client.circuits().stream()
                .anyMatch(circuit -> circuit.state() == CircuitView.State.READY));
  }

  static NettyTransport transport(Path folder, Map<String, String> tor) {
    return NettyTransport.open(
        NettyOptions.defaults().withLoops(1),
        EntryLimits.defaults(),
        new CarrierSettings(Optional.of(folder), Map.of("tor", tor)));
  }

  static NodeKey key() {
    return NodeKey.create(new SecureRandom()::nextBytes);
  }

  private static NodeSettings relay(Network network) {
    return new NodeSettings(
        key(),
        List.of(network),
        Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD),
        Map.of("tor", "127.0.0.1:0"),
        Map.of(),
        "",
        "",
        "",
        0,
        Optional.of(LocalNetwork.LOOPBACK_EXIT),
        NodeSettings.DEFAULT_MEMORY);
  }

  private int apply(Network network) {
    Tunnel tunnel =
        new Tunnel(
            "hidden",
            NETWORK,
            List.of(new Entry.Socks(new Entry.Listen(0), false)),
            Relays.any(3),
            LocalNetwork.LOOPBACK_EXIT,
            List.of("tor"),
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

  List<Engine> relays() {
    return relays;
  }

  /// What the client's engine said of links that came up.
  List<String> links() {
    return List.copyOf(links);
  }

  /// What the client's engine has said so far.
  List<EngineEvent> events() {
    return List.copyOf(events);
  }

  /// A stream to a server on this machine, through the tunnel.
  Socket open(int serverPort) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(loopback, port)));
    socket.setSoTimeout((int) LIMIT.toMillis());
    socket.connect(new InetSocketAddress(loopback, serverPort), (int) LIMIT.toMillis());
    return socket;
  }

  /// Everything that a server on this machine sends, through the tunnel.
  byte[] fetch(int serverPort) throws IOException {
    try (Socket socket = open(serverPort)) {
      return socket.getInputStream().readAllBytes();
    }
  }

  @Override
  public void close() {
    client.close();
    relays.forEach(Engine::close);
    here.close();
    there.close();
  }
}
