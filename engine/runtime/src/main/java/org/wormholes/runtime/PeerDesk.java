package org.wormholes.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.peer.PipeWord;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Publication;
import org.wormholes.runtime.control.AttemptView;
import org.wormholes.runtime.spi.Connection;
import org.wormholes.runtime.spi.DialListener;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.Transport.ConnectionPair;
import org.wormholes.runtime.spi.Way;

/// What this node does in one network for nodes that meet by key: pipes to services, pipes to other
/// nodes, and the relays that it is met at itself. Thread-safe.
final class PeerDesk {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /// What became of a connection at the end of which there was not the peer.
  static final String ANOTHER = "it was not the peer that answered";

  private final Node node;
  private final NetworkHost network;
  private final PeerLog log;

  /// What rulesets ask for, one for each `peers` over this network.
  private final List<Gateway.Peers> asked = new CopyOnWriteArrayList<>();

  /// The relays that this node is met at; belongs to the first loop.
  private List<NodeId> chosen = List.of();

  private volatile String meetingPlaces = "";

  PeerDesk(Node node, NetworkHost network) {
    this.node = node;
    this.network = network;
    this.log = new PeerLog(node.clock());
  }

  // What rules ask for.

  /// From now on this node can be met, and has this for others.
  void add(Gateway.Peers peers) {
    asked.add(peers);
  }

  void remove(Gateway.Peers peers) {
    asked.remove(peers);
  }

  /// The ports of what it has for others.
  List<Integer> published() {
    return asked.stream()
        .flatMap(each -> each.published().stream())
        .map(Publication::port)
        .distinct()
        .sorted()
        .toList();
  }

  /// Whether this node can be met by key.
  boolean isReachable() {
    return !asked.isEmpty();
  }

  /// Where this node is met, for its descriptor; empty for nowhere.
  Optional<String> meetingPlaces() {
    String places = meetingPlaces;
    return isReachable() && !places.isEmpty() ? Optional.of(places) : Optional.empty();
  }

  /// Looks after the relays that this node is met at: those it has a link to, as long as it has.
  /// Called on the first loop.
  ///
  /// @return whether others are to be told
  boolean tick() {
    if (!isReachable()) {
      return false;
    }
    node.shards().forEach(shard -> shard.tell(() -> shard.dropAnonymousLinks(network)));
    LinkedHashSet<NodeId> linked = new LinkedHashSet<>();
    for (NodeLink link : node.shards().getFirst().links()) {
      if (link.network() == network && link.isOpen() && link.saysName() && !link.isCut()) {
        link.dialedPeer().filter(id -> isRelay(id) && !link.mayBeRelayed()).ifPresent(linked::add);
      }
    }
    List<NodeId> next = new ArrayList<>(chosen);
    next.retainAll(linked);
    linked.removeAll(next);
    linked.stream().limit(PipeCarrier.MAX_RELAYS - next.size()).forEach(next::add);
    boolean changed = !next.equals(chosen);
    chosen = List.copyOf(next);
    meetingPlaces = chosen.stream().map(NodeId::address).collect(Collectors.joining(","));
    return changed;
  }

  private boolean isRelay(NodeId id) {
    return network.directory().find(id).filter(it -> it.has(NodeRole.RELAY)).isPresent();
  }

  // What others ask for.

  /// A neighbour opens a pipe; called on the link's loop.
  void onOpen(NodeLink link, int id, byte[] array, int offset, int length) {
    try {
      switch (PipeWord.read(array, offset, length)) {
        case PipeWord.ToNode(NodeId to) -> relay(link, id, to);
        case PipeWord.ToService(int port) -> serve(link, id, port);
        case PipeWord.Arrival() -> arrive(link, id);
        case PipeWord.Opened _, PipeWord.Data _, PipeWord.End _ ->
            RelayedCircuit.refuse(link, id, LinkReason.PROTOCOL);
      }
    } catch (WireException e) {
      RelayedCircuit.refuse(link, id, LinkReason.PROTOCOL);
    }
  }

  private void relay(NodeLink link, int id, NodeId to) throws WireException {
    Optional<NodeLink> onward = network.linkTo(to);
    if (!node.relays()) {
      RelayedCircuit.refuse(link, id, LinkReason.REFUSED);
    } else if (onward.isEmpty()
        || onward.get() == link
        || onward.get().carrier().equals(PipeCarrier.NAME)) {
      RelayedCircuit.refuse(link, id, LinkReason.UNREACHABLE);
    } else {
      PipeRelay.start(link, id, onward.get());
    }
  }

  /// Another node wants a link, through the neighbour.
  private void arrive(NodeLink link, int id) throws WireException {
    if (!isReachable()) {
      RelayedCircuit.refuse(link, id, LinkReason.REFUSED);
      return;
    }
    PipeEnd end = PipeEnd.asked(link, id);
    if (end == null) {
      RelayedCircuit.refuse(link, id, LinkReason.OVERLOADED);
      return;
    }
    ConnectionPair pair = node.transport().pair(link.shard.loop);
    end.accept(pair.near());
    NodeLink.accept(link.shard, PipeCarrier.NAME, pair.far());
  }

  private void serve(NodeLink link, int id, int port) throws WireException {
    Publication service = service(link.peer(), port);
    if (service == null) {
      RelayedCircuit.refuse(link, id, LinkReason.REFUSED);
      return;
    }
    PipeEnd end = PipeEnd.asked(link, id);
    if (end == null) {
      RelayedCircuit.refuse(link, id, LinkReason.OVERLOADED);
      return;
    }
    node.outside()
        .connect(
            link.shard.loop,
            new InetSocketAddress(literal(service.host()), service.port()),
            CONNECT_TIMEOUT,
            new DialListener() {
              @Override
              public void onConnected(Connection connection) {
                end.accept(connection);
                link.shard.flush();
              }

              @Override
              public void onFailed(DialFailure failure) {
                link.destroy(end, LinkReason.UNREACHABLE);
                link.shard.flush();
              }
            });
  }

  /// What a node may connect to at a port; null for nothing, whatever there is.
  private @Nullable Publication service(Optional<NodeId> client, int port) {
    for (Gateway.Peers each : asked) {
      for (Publication service : each.published()) {
        boolean may =
            service.clients().isEmpty()
                ? client.isPresent()
                : client.filter(it -> service.clients().contains(it.address())).isPresent();
        if (service.port() == port && may) {
          return service;
        }
      }
    }
    return null;
  }

  private static InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("a service is at an address", e);
    }
  }

  // What this node asks for.

  /// Connects to a service of a node. The listener hears once, on `loop`.
  void open(Loop loop, NodeId peer, int port, Way.OpenListener listener) {
    Shard shard = node.shards().get(loop.index());
    if (peer.equals(node.id())) {
      refuse(listener, FlowAcceptor.Refusal.NOT_ALLOWED, "that is this node itself");
      return;
    }
    Optional<NodeLink> known = network.linkTo(peer);
    if (known.isPresent()) {
      known.get().shard.tell(() -> ask(known.get(), shard, port, listener));
      return;
    }
    Map<String, String> addresses = network.addressesOf(peer);
    if (addresses.isEmpty()) {
      refuse(
          listener,
          FlowAcceptor.Refusal.HOST_UNREACHABLE,
          "no node of this key is known in network " + network.rules().name());
      return;
    }
    shard
        .link(network, peer, addresses, ways(addresses))
        .whenOpen(
            new NodeLink.OpenListener() {
              @Override
              public void onOpen(NodeLink link) {
                ask(link, shard, port, listener);
              }

              @Override
              public void onFailed(String why) {
                refuse(listener, FlowAcceptor.Refusal.HOST_UNREACHABLE, why);
              }
            });
  }

  /// The relays first: bytes flow at once, and better ways are looked for meanwhile.
  private List<String> ways(Map<String, String> addresses) {
    List<String> ways = new ArrayList<>();
    if (addresses.containsKey(PipeCarrier.NAME)) {
      ways.add(PipeCarrier.NAME);
    }
    ways.addAll(node.carrierNames());
    return ways;
  }

  /// Where the node of a link may be reached without a relay, by its own word now.
  List<Map.Entry<String, String>> directWays(NodeLink link) {
    Map<String, String> addresses = link.dialedPeer().map(network::addressesOf).orElse(Map.of());
    return node.carrierNames().stream()
        .filter(addresses::containsKey)
        .map(name -> Map.entry(name, addresses.getOrDefault(name, "")))
        .toList();
  }

  /// Keeps in mind what became of a try to reach a node, where that may be asked for.
  void note(NodeId peer, String carrier, boolean succeeded, String outcome) {
    if (isReachable()) {
      log.note(peer, carrier, succeeded, outcome);
    }
  }

  List<AttemptView> attempts(NodeId peer) {
    return log.of(peer);
  }

  private void ask(NodeLink link, Shard shard, int port, Way.OpenListener listener) {
    ConnectionPair pair = node.transport().pair(link.shard.loop);
    PipeEnd.ask(
        link,
        new PipeWord.ToService(port),
        pair.near(),
        new PipeEnd.Listener() {
          @Override
          public void onOpened() {
            pair.far()
                .moveTo(
                    shard.loop,
                    () -> {
                      listener.onOpened(pair.far());
                      shard.flush();
                    });
          }

          @Override
          public void onFailed(LinkReason reason) {
            shard.tell(() -> refuse(listener, refusal(reason), words(reason, port)));
          }
        });
  }

  private static FlowAcceptor.Refusal refusal(LinkReason reason) {
    return switch (reason) {
      case REFUSED -> FlowAcceptor.Refusal.NOT_ALLOWED;
      case UNREACHABLE -> FlowAcceptor.Refusal.CONNECTION_REFUSED;
      case TIMED_OUT -> FlowAcceptor.Refusal.TIMED_OUT;
      default -> FlowAcceptor.Refusal.HOST_UNREACHABLE;
    };
  }

  private static String words(LinkReason reason, int port) {
    return switch (reason) {
      case REFUSED -> "the node publishes nothing to this one at port " + port;
      case UNREACHABLE -> "nothing listens behind port " + port + " of the node";
      default -> "the node ended it: " + reason;
    };
  }

  private static void refuse(Way.OpenListener listener, FlowAcceptor.Refusal how, String why) {
    listener.onRefused(how, why);
  }

  /// Who can be met by key: nodes that say where, and those that this one has a link with.
  List<NodeDescriptor> reachable() {
    return network.directory().view().values().stream()
        .filter(each -> !each.id().equals(node.id()))
        .filter(each -> !each.carriers().isEmpty())
        .toList();
  }
}
