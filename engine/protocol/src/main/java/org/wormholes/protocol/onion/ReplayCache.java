package org.wormholes.protocol.onion;

import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.WireException;

/// Which set-up packets were here before, for each onion key that is still held. Bounded: a full
/// cache refuses new packets until the key rotates.
public final class ReplayCache {
  private final int maxEntries;

  /// @param maxEntries packets remembered for each onion key
  /// @param entropy for the secret that places entries, so that nobody can make them collide
  public ReplayCache(int maxEntries, Entropy entropy) {
    this.maxEntries = maxEntries;
    entropy.bytes(16);
  }

  /// Forgets the packets of keys that are no longer held.
  public void retain(OnionKeyRing keys) {
    throw new UnsupportedOperationException("being written");
  }

  /// Packets remembered over all keys.
  public int size() {
    throw new UnsupportedOperationException("being written");
  }

  void add(int keyId, byte[] tag) throws WireException {
    throw new UnsupportedOperationException("being written " + maxEntries);
  }
}
