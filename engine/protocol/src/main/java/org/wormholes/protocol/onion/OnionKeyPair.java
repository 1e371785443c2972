package org.wormholes.protocol.onion;

import java.util.Arrays;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.MlKem768;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// A relay's medium-term key for set-up packets: X25519 and ML-KEM-768 under one number. Rotated
/// often, because its age bounds both the replay cache and post-quantum forward secrecy.
public final class OnionKeyPair {
  /// Length of the seed: X25519 private key, then ML-KEM-768 seed.
  public static final int SEED_BYTES = X25519.KEY_BYTES + MlKem768.SEED_BYTES;

  private final byte[] seed;
  private final byte[] agreementPrivate;
  private final MlKem768.Pair encapsulation;
  private final OnionPublicKey publicKey;
  private final byte[] publicHash;

  private OnionKeyPair(int id, byte[] seed) {
    this.seed = seed;
    this.agreementPrivate = Arrays.copyOf(seed, X25519.KEY_BYTES);
    this.encapsulation = MlKem768.ofSeed(Arrays.copyOfRange(seed, X25519.KEY_BYTES, SEED_BYTES));
    this.publicKey =
        new OnionPublicKey(
            id, Bytes.of(X25519.publicOf(agreementPrivate)), Bytes.of(encapsulation.publicKey()));
    this.publicHash = HopKeys.hash(publicKey);
  }

  public static OnionKeyPair create(int id, Entropy entropy) {
    return new OnionKeyPair(id, entropy.bytes(SEED_BYTES));
  }

  /// The pair of a stored seed of 96 bytes.
  public static OnionKeyPair ofSeed(int id, byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("seed must be 96 bytes, was " + seed.length);
    }
    return new OnionKeyPair(id, seed.clone());
  }

  public int id() {
    return publicKey.id();
  }

  public OnionPublicKey publicKey() {
    return publicKey;
  }

  /// A copy of the secret, for the key store.
  public byte[] exposeSeed() {
    return seed.clone();
  }

  byte[] publicHash() {
    return publicHash;
  }

  /// X25519 of our half and a share from outside.
  ///
  /// @throws WireException if the share is not canonical or of low order
  public byte[] agree(byte[] share) throws WireException {
    return X25519.agree(agreementPrivate, share);
  }

  /// The secret of a ciphertext; of a forged one, another.
  ///
  /// @throws WireException if the length is wrong
  public byte[] decapsulate(byte[] ciphertext) throws WireException {
    return encapsulation.decapsulate(ciphertext);
  }

  @Override
  public String toString() {
    return "OnionKeyPair(secret)";
  }
}
