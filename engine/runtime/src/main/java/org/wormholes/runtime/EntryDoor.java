package org.wormholes.runtime;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.Listener;
import org.wormholes.runtime.spi.Loop;

/// An open port, as flows come in by it. It stays open when the rules behind it are exchanged; each
/// flow is decided by the switchboard of the moment it comes in.
final class EntryDoor implements FlowAcceptor {
  private final Node node;

  /// Whether every flow takes the door's own tunnel, whatever the routes say.
  private final boolean pinned;

  private volatile EntrySpec spec;
  private volatile Switchboard switchboard;
  private volatile @Nullable Listener listener;

  EntryDoor(Node node, EntrySpec spec, Switchboard switchboard, boolean pinned) {
    this.node = node;
    this.pinned = pinned;
    this.spec = spec;
    this.switchboard = switchboard;
  }

  /// Where a door stands and what is spoken there: two doors with equal places are the same port.
  record Place(EntrySpec.Kind kind, String host, int port, boolean udp) {
    static Place of(EntrySpec spec) {
      return new Place(spec.kind(), spec.host(), spec.port(), spec.udp());
    }
  }

  Place place() {
    return Place.of(spec);
  }

  EntrySpec spec() {
    return spec;
  }

  void opened(Listener open) {
    listener = open;
  }

  Listener listener() {
    Listener open = listener;
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    return open;
  }

  void close() {
    listener().close();
  }

  /// From now on flows are for this tunnel's entry and decided by these rules.
  void serve(EntrySpec next, Switchboard rules) {
    spec = next;
    switchboard = rules;
  }

  @Override
  public void open(FlowRequest request, PendingFlow flow) {
    Shard shard = shardOf(flow.loop());
    switchboard.open(shard, current(request), flow);
    shard.flush();
  }

  @Override
  public DatagramHandler associate(FlowRequest request, DatagramPort port) {
    return new DatagramSession(switchboard, shardOf(port.loop()), current(request), port);
  }

  private FlowRequest current(FlowRequest request) {
    EntrySpec now = pinned ? forward(spec.tunnel(), request.target()) : spec;
    EntrySpec.Target target =
        now.kind() == EntrySpec.Kind.FORWARD ? now.forward().orElseThrow() : request.target();
    return new FlowRequest(now, target, request.credentials(), request.application());
  }

  /// An entry whose flows lead to one place through one tunnel.
  static EntrySpec forward(String tunnel, EntrySpec.Target target) {
    return new EntrySpec(
        tunnel, EntrySpec.Kind.FORWARD, "127.0.0.1", 0, false, Optional.of(target));
  }

  private Shard shardOf(Loop loop) {
    List<Shard> shards = node.shards();
    return shards.get(loop.index());
  }
}
