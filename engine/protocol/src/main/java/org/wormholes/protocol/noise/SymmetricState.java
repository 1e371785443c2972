package org.wormholes.protocol.noise;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.wire.WireException;

/// Chaining key, transcript hash and the cipher they lead to (Noise section 5.2).
final class SymmetricState {
  private final NoiseHash hash;
  private final NoiseCipher cipher;
  private byte[] chainingKey;
  private byte[] transcript;
  private @Nullable CipherState state;

  SymmetricState(NoiseHash hash, NoiseCipher cipher, String protocolName) {
    this.hash = hash;
    this.cipher = cipher;
    byte[] name = protocolName.getBytes(StandardCharsets.US_ASCII);
    transcript =
        name.length <= NoiseHash.BYTES ? Arrays.copyOf(name, NoiseHash.BYTES) : hash.hash(name);
    chainingKey = transcript;
  }

  boolean hasKey() {
    return state != null;
  }

  void mixKey(byte[] input) {
    byte[][] keys = hash.hkdf(chainingKey, input, 2);
    chainingKey = keys[0];
    state = new CipherState(cipher, keys[1]);
  }

  void mixHash(byte[] data) {
    transcript = hash.hash(transcript, data);
  }

  void mixKeyAndHash(byte[] input) {
    byte[][] keys = hash.hkdf(chainingKey, input, 3);
    chainingKey = keys[0];
    mixHash(keys[1]);
    state = new CipherState(cipher, keys[2]);
  }

  byte[] encryptAndHash(byte[] plaintext) {
    byte[] sealed = state == null ? plaintext : state.seal(transcript, plaintext);
    mixHash(sealed);
    return sealed;
  }

  byte[] decryptAndHash(byte[] sealed) throws WireException {
    byte[] plaintext = state == null ? sealed : state.open(transcript, sealed);
    mixHash(sealed);
    return plaintext;
  }

  byte[] transcript() {
    return transcript.clone();
  }

  /// The initiator's sending state, then the responder's.
  CipherState[] split() {
    byte[][] keys = hash.hkdf(chainingKey, new byte[0], 2);
    return new CipherState[] {new CipherState(cipher, keys[0]), new CipherState(cipher, keys[1])};
  }
}
