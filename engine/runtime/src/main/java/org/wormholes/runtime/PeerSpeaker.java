package org.wormholes.runtime;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Network;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowAcceptor;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.GatewaySpeaker;
import org.wormholes.runtime.spi.Loop;

/// Leads flows to the nodes of one of our networks, by their keys: `KEY.peer`, and among invited
/// nodes and friends also `NICKNAME.peer` where one node alone has that nickname.
final class PeerSpeaker implements GatewaySpeaker {
  private static final String ZONE = ".peer";

  private final Node node;
  private final Gateway.Peers rule;
  private final Network network;
  private volatile @Nullable NetworkHost host;

  PeerSpeaker(Node node, Gateway.Peers rule, Network network) {
    this.node = node;
    this.rule = rule;
    this.network = network;
  }

  Network network() {
    return network;
  }

  @Override
  public void start() {
    NetworkHost found = node.network(Bytes.of(network.idBytes())).orElseThrow();
    host = found;
    found.peers().add(rule);
  }

  @Override
  public void close() {
    NetworkHost known = host;
    host = null;
    if (known != null) {
      known.peers().remove(rule);
    }
  }

  @Override
  public State state() {
    return host == null
        ? new State(Phase.STARTING, 0, "the network is not there yet")
        : State.READY;
  }

  @Override
  public void open(
      Loop loop, EntrySpec.Target to, FlowRequest.Credentials isolation, OpenListener listener) {
    NetworkHost known = host;
    Optional<NodeId> peer = known == null ? Optional.empty() : peer(known, to.host());
    if (known == null || peer.isEmpty()) {
      listener.onRefused(
          FlowAcceptor.Refusal.HOST_UNREACHABLE,
          "a peer is named by its key, as KEY.peer with 56 characters");
    } else {
      known.peers().open(loop, peer.get(), to.port(), listener);
    }
  }

  /// Who is meant by a name under `peer`.
  private Optional<NodeId> peer(NetworkHost known, String name) {
    String plain = name.toLowerCase(Locale.ROOT);
    if (!plain.endsWith(ZONE)) {
      return Optional.empty();
    }
    String label = plain.substring(0, plain.length() - ZONE.length());
    try {
      return Optional.of(NodeId.parse(label.substring(label.lastIndexOf('.') + 1)));
    } catch (WireException noKey) {
      return network.openToAnyone() ? Optional.empty() : called(known, label);
    }
  }

  private static Optional<NodeId> called(NetworkHost known, String nickname) {
    List<NodeId> those =
        known.directory().view().values().stream()
            .map(NodeDescriptor::id)
            .filter(id -> NodeAddress.nickname(id).equals(nickname))
            .toList();
    return those.size() == 1 ? Optional.of(those.getFirst()) : Optional.empty();
  }
}
