package org.wormholes.protocol.rendezvous;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.wire.Bytes;

/// A service for tests, and what belongs to it, each from its own seed.
final class Services {
  static final Instant NOW = Instant.parse("2026-05-05T12:00:00Z");
  static final long PERIOD = Periods.at(NOW);
  static final NodeKey SERVICE = key(1);
  static final OnionKeyPair ENCRYPTION = OnionKeyPair.create(9, new Random(2)::nextBytes);
  static final ServiceCredential CREDENTIAL = ServiceCredential.of(SERVICE.id(), PERIOD);

  private Services() {}

  static NodeKey key(int number) {
    return NodeKey.create(new Random(number)::nextBytes);
  }

  static NodeId relay(int number) {
    return key(1_000 + number).id();
  }

  static NodeKey pointKey(int number) {
    return key(2_000 + number);
  }

  static Bytes bytes(int number, int length) {
    byte[] out = new byte[length];
    new Random(number).nextBytes(out);
    return Bytes.of(out);
  }

  static ServiceDescriptor descriptor(int points) {
    List<IntroductionPoint> list = new ArrayList<>();
    for (int i = 0; i < points; i++) {
      list.add(new IntroductionPoint(relay(i), pointKey(i).id()));
    }
    return new ServiceDescriptor(
        ENCRYPTION.publicKey(), list, new Puzzle(7, bytes(3, Puzzle.SEED_BYTES)));
  }

  static SealedDescriptor sealed(int instance, long revision, Collection<NodeId> clients) {
    return SealedDescriptor.seal(
        descriptor(3),
        terms(instance, revision),
        SERVICE,
        PERIOD,
        clients,
        new Random(4)::nextBytes);
  }

  static SealedDescriptor.Terms terms(int instance, long revision) {
    return new SealedDescriptor.Terms(bytes(instance, 16), revision, Duration.ofHours(2));
  }
}
