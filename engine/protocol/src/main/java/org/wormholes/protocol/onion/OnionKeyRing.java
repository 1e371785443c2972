package org.wormholes.protocol.onion;

import java.util.List;
import java.util.Optional;

/// The onion keys a relay still answers to: the one it publishes, and the one before it. Immutable.
public final class OnionKeyRing {
  private final List<OnionKeyPair> keys;

  private OnionKeyRing(List<OnionKeyPair> keys) {
    this.keys = keys;
  }

  public static OnionKeyRing of(OnionKeyPair current) {
    return new OnionKeyRing(List.of(current));
  }

  /// A ring with a new current key; the old current key is kept, older ones are dropped.
  public OnionKeyRing rotated(OnionKeyPair next) {
    if (find(next.id()).isPresent()) {
      throw new IllegalArgumentException("onion key id is in use");
    }
    return new OnionKeyRing(List.of(next, current()));
  }

  /// The key to publish.
  public OnionKeyPair current() {
    return keys.getFirst();
  }

  /// Newest first.
  public List<OnionKeyPair> keys() {
    return keys;
  }

  public Optional<OnionKeyPair> find(int id) {
    return keys.stream().filter(key -> key.id() == id).findFirst();
  }
}
