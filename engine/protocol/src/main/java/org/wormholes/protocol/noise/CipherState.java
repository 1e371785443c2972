package org.wormholes.protocol.noise;

import org.wormholes.protocol.wire.WireException;

/// A key and how often it was used (Noise section 5.1).
public final class CipherState {
  private final NoiseCipher cipher;
  private final byte[] key;
  private long counter;

  CipherState(NoiseCipher cipher, byte[] key) {
    this.cipher = cipher;
    this.key = key;
  }

  public byte[] seal(byte[] aad, byte[] plaintext) {
    return cipher.seal(key, counter++, aad, plaintext);
  }

  /// Opens the next message.
  ///
  /// @throws WireException if the tag is wrong
  public byte[] open(byte[] aad, byte[] sealed) throws WireException {
    return cipher.open(key, counter++, aad, sealed);
  }

  /// A copy of the key, for a record layer of its own.
  public byte[] exposeKey() {
    return key.clone();
  }
}
