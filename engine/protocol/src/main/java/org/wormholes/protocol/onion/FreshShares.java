package org.wormholes.protocol.onion;

import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.X25519;

/// A relay's fresh shares (`spec/protocol/onion.md`, section 4), one of them made ahead if asked:
/// the answer of a last hop waits for nothing else that could be. Each is given out once. Belongs
/// to one thread.
public final class FreshShares {
  private final Entropy entropy;
  private @Nullable Share ahead;

  /// @param secret 32 bytes, wiped by whoever took it
  /// @param share the 32 bytes that belong to it
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Share(byte[] secret, byte[] share) {}

  public FreshShares(Entropy entropy) {
    this.entropy = entropy;
  }

  /// Makes the next one, unless it is there. To be called when nobody waits.
  public void prepare() {
    if (ahead == null) {
      ahead = create();
    }
  }

  Share take() {
    Share taken = ahead == null ? create() : ahead;
    ahead = null;
    return taken;
  }

  private Share create() {
    byte[] secret = X25519.createPrivate(entropy);
    return new Share(secret, X25519.publicOf(secret));
  }
}
