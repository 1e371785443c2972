package org.wormholes.protocol.rendezvous;

import java.util.Arrays;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.onion.OnionPublicKey;
import org.wormholes.protocol.onion.Ratchet;

/// The keys of one introduction. See `spec/protocol/rendezvous.md`, section 6.
final class IntroductionKeys {
  static final int CONFIRMATION_BYTES = 32;

  private static final int KEY = 32;
  private static final int REPLAY_TAG = 16;

  private final byte[] transcript;
  private final byte[] material;

  private IntroductionKeys(byte[] transcript, byte[] material) {
    this.transcript = transcript;
    this.material = material;
  }

  /// What both ends derive before the service has answered.
  ///
  /// @param agreement X25519 of the client's share and the service's key
  /// @param secret what the ciphertext holds
  static IntroductionKeys derive(
      ServiceCredential credential,
      NodeId pointKey,
      OnionPublicKey key,
      byte[] share,
      byte[] ciphertext,
      byte[] agreement,
      byte[] secret) {
    byte[] transcript =
        Hash.sha256(
            Labels.RENDEZVOUS_INTRODUCE,
            credential.service().key().toArray(),
            credential.secret(),
            pointKey.key().toArray(),
            Hash.sha256(key.encode()),
            share,
            ciphertext);
    byte[] prk = Hkdf.extract(transcript, agreement, secret);
    byte[] material = Hkdf.expand(prk, Labels.RENDEZVOUS_KEYS, 2 * KEY + REPLAY_TAG);
    Arrays.fill(prk, (byte) 0);
    return new IntroductionKeys(transcript, material);
  }

  byte[] packetKey() {
    return Arrays.copyOf(material, KEY);
  }

  byte[] replayTag() {
    return Arrays.copyOfRange(material, 2 * KEY, material.length);
  }

  /// Shows that a client holds the key it claims.
  ///
  /// @param agreement X25519 of the client's own key and the service's
  byte[] clientProof(byte[] agreement) {
    return Hkdf.hmac(Hkdf.extract(transcript, agreement), Labels.RENDEZVOUS_ACCESS);
  }

  /// What the fresh shares give.
  ///
  /// @param agreement X25519 of the client's share and the service's fresh share
  Ends ends(byte[] agreement, byte[] freshShare) {
    byte[] prk = Hkdf.extract(Arrays.copyOfRange(material, KEY, 2 * KEY), agreement);
    byte[] info = ServiceCredential.labelled(Labels.RENDEZVOUS_LAYERS, transcript, freshShare);
    byte[] out = Hkdf.expand(prk, info, 2 * KEY + CONFIRMATION_BYTES);
    Arrays.fill(prk, (byte) 0);
    Arrays.fill(material, (byte) 0);
    return new Ends(
        new Ratchet(Arrays.copyOf(out, KEY)),
        new Ratchet(Arrays.copyOfRange(out, KEY, 2 * KEY)),
        Arrays.copyOfRange(out, 2 * KEY, out.length));
  }

  /// Keys towards the service, towards the client, and what shows the client that the service has
  /// them.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Ends(Ratchet toService, Ratchet toClient, byte[] confirmation) {}
}
