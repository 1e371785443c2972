package org.wormholes.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.directory.NodeDescriptor;
import org.wormholes.protocol.directory.NodeRole;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Network;

/// Descriptors for tests, the same for the same number.
final class Nodes {
  static final Network NETWORK = new Network("test", true, List.of());
  static final Bytes NETWORK_ID = Bytes.of(NETWORK.idBytes());
  static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private Nodes() {}

  static NodeDescriptor relay(int number) {
    return node(number, "op" + number, "", Set.of(NodeRole.RELAY));
  }

  static NodeDescriptor exit(int number) {
    return node(number, "op" + number, "", Set.of(NodeRole.RELAY, NodeRole.EXIT, NodeRole.GUARD));
  }

  static NodeDescriptor node(int number, String operator, String country, Set<NodeRole> roles) {
    Entropy entropy = new Random(number)::nextBytes;
    NodeKey key = NodeKey.create(entropy);
    return new NodeDescriptor(
        key.id(),
        List.of(NETWORK_ID),
        OnionKeyPair.create(1, entropy).publicKey(),
        NOW.plus(Duration.ofHours(12)),
        Map.of("tcp", "10.0." + number + ".1:4040"),
        roles,
        operator,
        "",
        country,
        1_000_000,
        "0.1.0",
        NOW,
        NOW.plus(Duration.ofHours(24)));
  }
}
