package org.wormholes.runtime;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.NodeUri;
import org.wormholes.protocol.rendezvous.IntroductionPoint;
import org.wormholes.protocol.rendezvous.RendezvousMessage;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Publication;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.Host;
import org.wormholes.runtime.control.TunnelView;
import org.wormholes.runtime.spi.HostedService;

/// A local TCP service that clients reach by its address and nobody finds
/// (`spec/protocol/rendezvous.md`): keeps circuits to introduction points, gives its descriptor to
/// keepers, and comes to where clients wait. Every circuit has all hops of the tunnel's rule.
/// Belongs to the first loop.
final class PublishedService implements ServicePoints.Listener {
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration AFTER_CHANGE = Duration.ofMillis(200);

  private final Publication rule;
  private final Node node;
  private final Shard home;
  private final String name;
  private final NodeKey key;
  private final InetSocketAddress place;
  private final Set<NodeId> clients;
  private final ServiceDoor door;
  private final ServicePoints points;
  private final ServiceDescriptors descriptors;
  private final ServiceMeetings meetings;
  private boolean publishing;
  private boolean stopped;

  /// Whether somebody keeps a descriptor.
  private boolean kept;

  private volatile int ready;

  private static Address addressOf(Publication rule) {
    return ((Host.Literal) Host.parse(rule.host()).orElseThrow()).address();
  }

  static InetSocketAddress placeOf(Publication rule) {
    return new InetSocketAddress(ExitGate.address(addressOf(rule).bytes()), rule.port());
  }

  static List<NodeId> clientsOf(Publication rule) {
    return rule.clients().stream().map(PublishedService::client).toList();
  }

  private static NodeId client(String address) {
    try {
      return NodeId.parse(address);
    } catch (WireException e) {
      throw new IllegalArgumentException(address + " is no node's address", e);
    }
  }

  /// Its key follows from this node's and its name.
  PublishedService(RunningTunnel tunnel, Publication rule) {
    this.rule = rule;
    this.name = rule.name();
    this.node = tunnel.node;
    this.home = node.shards().getFirst();
    this.key = node.settings().serviceKey(name);
    this.place = placeOf(rule);
    this.clients = Set.copyOf(clientsOf(rule));
    this.door = new ServiceDoor(node, key.id());
    this.points = new ServicePoints(tunnel, this);
    this.descriptors = new ServiceDescriptors(tunnel, name, key, clients, this::isKept);
    this.meetings = new ServiceMeetings(tunnel, door, place, clients);
  }

  /// The same service, for the gateways it is published on too.
  HostedService onward() {
    return new HostedService(name, key, place, clientsOf(rule));
  }

  /// The gateways it is published on too.
  List<String> on() {
    return rule.on();
  }

  /// @param gateways that run
  TunnelView.ServiceView view(Map<String, RunningGateway> gateways) {
    List<TunnelView.Onward> onward = new ArrayList<>();
    for (String each : rule.on()) {
      Optional.ofNullable(gateways.get(each))
          .flatMap(gateway -> gateway.hosting(name))
          .ifPresent(hosting ->
              onward.add(
                  new TunnelView.Onward(
                      each,
                      hosting.address(),
                      Optional.of(hosting.problem()).filter(why -> !why.isEmpty()))));
    }
    return new TunnelView.ServiceView(
        name,
        NodeUri.SCHEME + key.id().address(),
        "%s:%d".formatted(place.getAddress().getHostAddress(), place.getPort()),
        ready,
        onward);
  }

  void start() {
    home.run(this::tick);
  }

  /// Takes no new clients; those that are served go on.
  void drain() {
    home.run(() -> {
      stopped = true;
      meetings.close();
      points.close();
    });
  }

  /// Who may come is written anew: meetings with others end at once.
  ///
  /// @param allowed empty for everybody
  void keepOnly(Set<NodeId> allowed) {
    home.run(() -> meetings.keepOnly(allowed));
  }

  NodeId id() {
    return key.id();
  }

  /// Who may come; empty for everybody.
  Set<NodeId> clients() {
    return clients;
  }

  /// Ends every circuit; clients that are served are cut.
  void stop() {
    drain();
    home.run(meetings::cut);
  }

  private void tick() {
    if (stopped) {
      return;
    }
    Instant now = node.clock().instant();
    points.fill();
    if (door.tick(now) || descriptors.areOld(now)) {
      publishSoon();
    } else {
      descriptors.tick(now);
    }
    home.after(EVERY, this::tick);
  }

  @Override
  public void onChanged() {
    count();
    publishSoon();
  }

  @Override
  public void onIntroduction(NodeId pointKey, RendezvousMessage.Introduction introduction) {
    if (!stopped && door.take(pointKey, introduction)) {
      home.run(meetings::answer);
    }
  }

  private void isKept() {
    kept = true;
    count();
  }

  private void count() {
    ready = kept ? points.live().size() : 0;
  }

  private void publishSoon() {
    if (!publishing) {
      publishing = true;
      home.after(
          AFTER_CHANGE,
          () -> {
            publishing = false;
            publish();
          });
    }
  }

  private void publish() {
    List<IntroductionPoint> live = points.live();
    if (stopped || live.isEmpty()) {
      return;
    }
    Instant now = node.clock().instant();
    points.guard(door.renew(now));
    descriptors.publish(door.descriptor(live), door.credentials(), now);
  }
}
