package org.wormholes.protocol.directory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.onion.OnionPublicKey;
import org.wormholes.protocol.wire.Bytes;

/// Nodes for tests, each from its own seed.
final class Nodes {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final OnionPublicKey ONION_KEY =
      OnionKeyPair.create(7, new Random(1)::nextBytes).publicKey();

  private Nodes() {}

  static NodeKey key(int number) {
    return NodeKey.create(new Random(number)::nextBytes);
  }

  static SignedDescriptor signed(int number, Instant published) {
    return signed(number, published, "198.51." + number % 256 + ".7:4040");
  }

  static SignedDescriptor signed(int number, Instant published, String address) {
    NodeKey key = key(number);
    return SignedDescriptor.sign(descriptor(key, published, address), key);
  }

  static NodeDescriptor descriptor(NodeKey key, Instant published, String address) {
    return new NodeDescriptor(
        key.id(),
        List.of(Bytes.of(new byte[32])),
        ONION_KEY,
        published.plus(Duration.ofDays(1)),
        Map.of("tcp", address, "tls", "relay.example:443"),
        Set.of(NodeRole.RELAY, NodeRole.EXIT),
        "example operator",
        "",
        "NL",
        125_000_000,
        "0.1.0",
        published,
        published.plus(Duration.ofDays(1)));
  }
}
