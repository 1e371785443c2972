package org.wormholes.protocol.onion;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A client and the relays of one circuit, and the cells between them.
final class Circuit {
  final Entropy entropy;
  final List<NodeKey> nodes = new ArrayList<>();
  final List<OnionKeyPair> pairs = new ArrayList<>();
  final List<ReplayCache> replays = new ArrayList<>();
  final List<RelaySetup> setups = new ArrayList<>();
  final List<byte[]> packets = new ArrayList<>();
  final List<byte[]> replies = new ArrayList<>();
  final ClientSetup setup;

  /// The client's packet is built; nothing is sent yet.
  Circuit(String name, int hops, byte[] early) throws WireException {
    entropy = new RepeatingEntropy(name);
    List<HopKey> path = new ArrayList<>();
    for (int i = 0; i < hops; i++) {
      nodes.add(NodeKey.create(entropy));
      pairs.add(OnionKeyPair.create(100 + i, entropy));
      replays.add(new ReplayCache(1_000, entropy));
      path.add(new HopKey(nodes.get(i).id(), pairs.get(i).publicKey()));
    }
    setup = ClientSetup.build(path, early, entropy);
  }

  static Circuit built(String name, int hops) throws WireException {
    Circuit circuit = new Circuit(name, hops, new byte[0]);
    circuit.forwardSetup();
    circuit.backwardReply(new byte[0]);
    return circuit;
  }

  int hops() {
    return nodes.size();
  }

  RelaySetup peelSetup(int hop, byte[] packet) throws SetupException {
    return RelaySetup.peel(
        nodes.get(hop).id(), OnionKeyRing.of(pairs.get(hop)), replays.get(hop), packet, 0, entropy);
  }

  void forwardSetup() throws WireException {
    packets.add(setup.packet());
    for (int i = 0; i < hops(); i++) {
      setups.add(peelSetup(i, packets.get(i)));
      if (i < hops() - 1) {
        packets.add(setups.get(i).nextBody());
      }
    }
  }

  /// Replies from the last hop to the first; the last in the list is what the client gets.
  void backwardReply(byte[] payload) {
    byte[] reply = new byte[Cells.LARGE_BODY];
    setups.getLast().sealReply(payload, reply, 0);
    replies.add(reply);
    for (int i = hops() - 2; i >= 0; i--) {
      byte[] wrapped = new byte[Cells.LARGE_BODY];
      setups.get(i).wrapReply(reply, 0, wrapped, 0);
      replies.add(wrapped);
      reply = wrapped;
    }
  }

  ClientOnion client() throws WireException {
    return setup.finish(replies.getLast(), 0);
  }

  RelayLayer layer(int hop) {
    return setups.get(hop).layer();
  }
}
