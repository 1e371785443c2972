package org.wormholes.protocol.crypto;

/// Where unpredictable bytes come from. The runtime hands in the system's source; tests hand in a
/// seeded one.
@FunctionalInterface
public interface Entropy {
  /// Fills the whole array.
  void fill(byte[] out);

  /// A new array of this many bytes.
  default byte[] bytes(int length) {
    byte[] out = new byte[length];
    fill(out);
    return out;
  }
}
