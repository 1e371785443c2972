package org.wormholes.protocol.onion;

import java.util.ArrayList;
import java.util.List;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.Cells;

/// The layers of one circuit without its set-up. Each call makes layers that have seen no cell yet.
final class Layers {
  final Entropy entropy;
  private final List<byte[]> chains = new ArrayList<>();
  private final byte[] slackKey;

  Layers(String name, int hops) {
    entropy = new RepeatingEntropy(name);
    for (int i = 0; i < 2 * hops; i++) {
      chains.add(entropy.bytes(32));
    }
    slackKey = entropy.bytes(32);
  }

  int hops() {
    return chains.size() / 2;
  }

  ClientOnion client() {
    List<LayerKeys> keys = new ArrayList<>();
    for (int hop = 0; hop < hops(); hop++) {
      keys.add(keys(hop));
    }
    return new ClientOnion(keys, slackKey);
  }

  RelayLayer relay(int hop) {
    return new RelayLayer(keys(hop));
  }

  List<RelayLayer> relays() {
    List<RelayLayer> relays = new ArrayList<>();
    for (int hop = 0; hop < hops(); hop++) {
      relays.add(relay(hop));
    }
    return relays;
  }

  private LayerKeys keys(int hop) {
    return new LayerKeys(
        new Ratchet(chains.get(2 * hop).clone()), new Ratchet(chains.get(2 * hop + 1).clone()));
  }

  /// A body with this payload, ready to be sealed by an end.
  static byte[] body(boolean large, byte[] payload) {
    byte[] body = new byte[Cells.body(large)];
    System.arraycopy(payload, 0, body, Cells.PAYLOAD_OFFSET, payload.length);
    return body;
  }
}
