package org.wormholes.protocol.crypto;

import java.security.SecureRandom;
import java.util.Arrays;

/// Hands our entropy to JDK classes that insist on a [SecureRandom]. It draws nothing of its own.
final class EntropyRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;

  private final transient Entropy entropy;

  EntropyRandom(Entropy entropy) {
    super(null, null);
    this.entropy = entropy;
  }

  /// Gives out these bytes once, in order.
  static EntropyRandom replaying(byte[] bytes) {
    return new EntropyRandom(
        new Entropy() {
          private int position;

          @Override
          public void fill(byte[] out) {
            System.arraycopy(bytes, position, out, 0, out.length);
            position += out.length;
          }
        });
  }

  @Override
  public void nextBytes(byte[] out) {
    entropy.fill(out);
  }

  @Override
  public byte[] generateSeed(int length) {
    return entropy.bytes(length);
  }

  @Override
  public void setSeed(long seed) {
    // Called by the constructor of the parent; there is nothing to seed.
  }

  @Override
  public void setSeed(byte[] seed) {
    Arrays.fill(seed, (byte) 0);
  }
}
