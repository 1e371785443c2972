package org.wormholes.runtime;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.CircuitLimits;
import org.wormholes.protocol.circuit.DatagramListener;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.circuit.Target;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Verdict;
import org.wormholes.runtime.local.LocalClient;
import org.wormholes.runtime.sniff.Names;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.Outside;

/// One UDP association of an application: each destination is decided by the rules on its own, and
/// goes its own way. Datagrams that have no way are dropped, as UDP does.
final class DatagramSession implements FlowAcceptor.DatagramHandler {
  /// Destinations of one association kept at a time; the one used longest ago is forgotten.
  private static final int MAX_LEGS = 256;

  private final EntryDoor door;
  private final Shard shard;
  private final FlowRequest request;
  private final FlowAcceptor.DatagramPort port;
  private final Map<EntrySpec.Target, Leg> legs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EntrySpec.Target, Leg> eldest) {
          if (size() <= MAX_LEGS) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };
  private final byte[] buffer = new byte[CircuitLimits.MAX_DATAGRAM];
  private boolean over;

  DatagramSession(
      EntryDoor door, Shard shard, FlowRequest request, FlowAcceptor.DatagramPort port) {
    this.door = door;
    this.shard = shard;
    this.request = request;
    this.port = port;
  }

  /// Where datagrams to one destination go.
  private interface Leg {
    void send(byte[] array, int length);

    /// Whether there is no conversation any more that the rules of its beginning would decide: the
    /// next datagram begins a new one, under the rules of its own moment.
    boolean isSpent();

    void close();
  }

  @Override
  public void onDatagram(EntrySpec.Target to, ByteBuffer data) {
    int length = data.remaining();
    if (over || length > buffer.length) {
      data.position(data.limit());
      return;
    }
    data.get(buffer, 0, length);
    Leg known = legs.get(to);
    if (known != null && known.isSpent()) {
      known.close();
      legs.remove(to);
    }
    legs.computeIfAbsent(to, this::legTo).send(buffer, length);
    shard.flush();
  }

  @Override
  public void onClosed() {
    over = true;
    legs.values().forEach(Leg::close);
    legs.clear();
    shard.flush();
  }

  private Leg legTo(EntrySpec.Target named) {
    Optional<EntryDoor.Ruled> ruled = door.ruled(request);
    if (ruled.isEmpty()) {
      return new Nowhere(Optional.empty());
    }
    Switchboard switchboard = ruled.get().switchboard();
    FlowRequest asked = ruled.get().request();
    Optional<EntrySpec.Target> meant =
        asked.entry().forward().isPresent() ? asked.entry().forward() : switchboard.meant(named);
    if (meant.isEmpty()) {
      return new Nowhere(Optional.of(switchboard));
    }
    EntrySpec.Target to = meant.get();
    Optional<Target> target = Switchboard.target(to);
    Optional<org.wormholes.rules.expr.Host> host = org.wormholes.rules.expr.Host.parse(to.host());
    if (target.isEmpty() || host.isEmpty()) {
      return new Nowhere(Optional.of(switchboard));
    }
    Clues clues = new Clues(shard.node.countries(), host.get());
    clues.found(Names.NONE); // said in streams only
    boolean isInvented = asked.entry().forward().isEmpty() && !to.equals(named);
    return legTo(switchboard, asked, isInvented ? named : null, to, target.get(), clues);
  }

  private Leg legTo(
      Switchboard switchboard,
      FlowRequest asked,
      EntrySpec.@Nullable Target invented,
      EntrySpec.Target to,
      Target target,
      Clues clues) {
    Verdict.Final verdict = switchboard.decide(asked, to, Protocol.UDP, clues);
    if (clues.wantsClient()) {
      return new Undecided(switchboard, asked, invented, to, target, clues);
    }
    return switch (verdict) {
      case Verdict.Refuse() -> new Nowhere(Optional.of(switchboard));
      case Verdict.Direct() ->
          Switchboard.mayLeave(to)
              ? new DirectLeg(invented, target)
              : new Nowhere(Optional.of(switchboard));
      case Verdict.To(String name) -> throughTunnel(switchboard, name, asked, invented, to, target);
    };
  }

  private Leg throughTunnel(
      Switchboard switchboard,
      String name,
      FlowRequest asked,
      EntrySpec.@Nullable Target invented,
      EntrySpec.Target to,
      Target target) {
    Optional<RunningGroup> group = switchboard.group(name);
    if (group.isPresent()) {
      return group
          .get()
          .take(to, Protocol.UDP, Set.of())
          .<Leg>map(slot -> leg(slot, asked, invented, to, target))
          .orElseGet(() -> new Nowhere(Optional.empty()));
    }
    Optional<RunningGateway> gateway =
        switchboard.gateway(name).filter(it -> it.allows(to, Protocol.UDP));
    if (gateway.isPresent()) {
      return new GatewayLeg(gateway.get(), Optional.empty(), asked, invented, to);
    }
    return switchboard
        .tunnel(name)
        .filter(tunnel -> Switchboard.exitAllows(tunnel, to, Protocol.UDP))
        .<Leg>map(tunnel -> new TunnelLeg(tunnel, Optional.empty(), asked, to, invented, target))
        .orElseGet(() -> new Nowhere(Optional.of(switchboard)));
  }

  private Leg leg(
      RunningGroup.Slot slot,
      FlowRequest asked,
      EntrySpec.@Nullable Target invented,
      EntrySpec.Target to,
      Target target) {
    return switch (slot.way()) {
      case RunningTunnel tunnel ->
          new TunnelLeg(tunnel, Optional.of(slot), asked, to, invented, target);
      case RunningGateway gateway ->
          new GatewayLeg(gateway, Optional.of(slot), asked, invented, to);
    };
  }

  /// @param invented the address by which the application knows where it comes from, null where it
  ///   is the real one
  private void answer(
      EntrySpec.@Nullable Target invented, Target from, byte[] array, int offset, int length) {
    if (!over) {
      EntrySpec.Target shown =
          invented != null ? invented : new EntrySpec.Target(from.host().text(), from.port());
      port.send(shown, array, offset, length);
    }
  }

  /// The rules refuse this destination, as long as they are the rules.
  private final class Nowhere implements Leg {
    private final Optional<Switchboard> refusing;

    Nowhere(Optional<Switchboard> refusing) {
      this.refusing = refusing;
    }

    @Override
    public void send(byte[] array, int length) {}

    @Override
    public boolean isSpent() {
      return !door.ruled(request).map(EntryDoor.Ruled::switchboard).equals(refusing);
    }

    @Override
    public void close() {}
  }

  /// Through a tunnel; a flow that ended with its circuit is opened anew by the next datagram.
  private final class TunnelLeg implements Leg, DatagramListener {
    private final RunningTunnel tunnel;
    private final Optional<RunningGroup.Slot> slot;
    private final IsolationKey key;
    private final Target target;
    private final EntrySpec.@Nullable Target invented;
    private @Nullable ClientDatagrams flow;

    TunnelLeg(
        RunningTunnel tunnel,
        Optional<RunningGroup.Slot> slot,
        FlowRequest asked,
        EntrySpec.Target to,
        EntrySpec.@Nullable Target invented,
        Target target) {
      this.tunnel = tunnel;
      this.invented = invented;
      this.slot = slot;
      int lane = slot.map(RunningGroup.Slot::lane).orElse(0);
      this.key = IsolationKey.of(tunnel.rule.isolation(), asked, to, lane);
      this.target = target;
    }

    @Override
    public void send(byte[] array, int length) {
      if (flow == null) {
        flow = tunnel.on(shard).openDatagrams(key, this).orElse(null);
      }
      if (flow != null) {
        flow.end().send(target, array, 0, length, shard.now());
      }
    }

    @Override
    public boolean isSpent() {
      boolean isDown = slot.isPresent() && !slot.get().group().isUp(slot.get().member());
      return flow == null && (tunnel.isDraining() || isDown);
    }

    @Override
    public void onDatagram(Target from, byte[] array, int offset, int length) {
      answer(invented, from, array, offset, length);
    }

    @Override
    public void onClosed(Reason reason) {
      if (flow != null) {
        flow.ended();
        flow = null;
      }
    }

    @Override
    public void close() {
      slot.ifPresent(RunningGroup.Slot::left);
      if (flow != null) {
        flow.end().close(Reason.DONE);
        flow.ended();
        flow = null;
      }
    }
  }

  /// Into a network of others.
  private final class GatewayLeg implements Leg {
    private final Optional<RunningGroup.Slot> slot;
    private final Optional<GatewaySpeaker.Conversation> conversation;

    GatewayLeg(
        RunningGateway gateway,
        Optional<RunningGroup.Slot> slot,
        FlowRequest asked,
        EntrySpec.@Nullable Target invented,
        EntrySpec.Target to) {
      this.slot = slot;
      EntrySpec.Target shown = invented != null ? invented : to;
      conversation =
          gateway.converse(
              slot.map(RunningGroup.Slot::lane).orElse(0),
              shard,
              asked,
              to,
              data -> {
                if (!over) {
                  byte[] bytes = new byte[data.remaining()];
                  data.get(bytes);
                  port.send(shown, bytes, 0, bytes.length);
                  shard.flush();
                }
              });
    }

    @Override
    public void send(byte[] array, int length) {
      conversation.ifPresent(it -> it.send(array, length));
    }

    @Override
    public boolean isSpent() {
      return conversation.map(GatewaySpeaker.Conversation::isOver).orElse(true);
    }

    @Override
    public void close() {
      slot.ifPresent(RunningGroup.Slot::left);
      conversation.ifPresent(GatewaySpeaker.Conversation::close);
    }
  }

  /// Whose it is has to be found out first.
  private final class Undecided implements Leg {
    private static final int MAX_KEPT = 16;

    private final List<byte[]> kept = new ArrayList<>();
    private final EntrySpec.Target named;

    Undecided(
        Switchboard switchboard,
        FlowRequest asked,
        EntrySpec.@Nullable Target invented,
        EntrySpec.Target to,
        Target target,
        Clues clues) {
      this.named = invented != null ? invented : to;
      try {
        shard
            .node
            .lookups()
            .execute(() -> {
              LocalClient client = shard.node.localClients().find(asked.application());
              shard.run(() -> {
                clues.found(client);
                become(() -> legTo(switchboard, asked, invented, to, target, clues));
              });
            });
      } catch (RejectedExecutionException e) {
        shard.run(() -> become(() -> new Nowhere(Optional.empty())));
      }
    }

    private void become(Supplier<Leg> decided) {
      if (!over && legs.get(named) == this) {
        Leg leg = decided.get();
        legs.put(named, leg);
        kept.forEach(datagram -> leg.send(datagram, datagram.length));
      }
    }

    @Override
    public void send(byte[] array, int length) {
      if (kept.size() < MAX_KEPT) {
        kept.add(Arrays.copyOf(array, length));
      }
    }

    @Override
    public boolean isSpent() {
      return false;
    }

    @Override
    public void close() {
      kept.clear();
    }
  }

  /// Straight out of this machine, because the ruleset says `direct`.
  private final class DirectLeg implements Leg, Outside.DatagramListener {
    private final Outside.Datagrams socket = shard.node.outside().datagrams(shard.loop, this);
    private final Target target;
    private final EntrySpec.@Nullable Target invented;
    private @Nullable InetSocketAddress address;

    DirectLeg(EntrySpec.@Nullable Target invented, Target target) {
      this.invented = invented;
      this.target = target;
    }

    @Override
    public void send(byte[] array, int length) {
      InetSocketAddress to = address;
      if (to != null) {
        socket.send(to, array, 0, length);
        socket.flush();
        return;
      }
      byte[] first = java.util.Arrays.copyOf(array, length);
      Direct.resolve(
          shard,
          target.host(),
          found -> {
            address = new InetSocketAddress(found, target.port());
            socket.send(address, first, 0, first.length);
            socket.flush();
          });
    }

    @Override
    public boolean isSpent() {
      return false;
    }

    @Override
    public void onDatagram(InetSocketAddress from, ByteBuffer data) {
      if (from.equals(address)) {
        byte[] copy = new byte[data.remaining()];
        data.get(copy);
        answer(
            invented,
            new Target(Host.of(from.getAddress().getAddress()), from.getPort()),
            copy,
            0,
            copy.length);
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
