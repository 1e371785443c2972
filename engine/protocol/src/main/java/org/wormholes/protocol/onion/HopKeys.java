package org.wormholes.protocol.onion;

import java.util.Arrays;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.Bytes;

/// The keys of one hop. See `spec/protocol/onion.md`, section 2.
final class HopKeys {
  static final int REPLAY_TAG_BYTES = 16;

  private static final int KEY = 32;

  private final byte[] transcript;
  private final byte[] material;

  private HopKeys(byte[] transcript, byte[] material) {
    this.transcript = transcript;
    this.material = material;
  }

  /// onion.md 2: keys that follow from the set-up packet.
  ///
  /// @param publicHash of the relay's onion key, see [#hash]
  /// @param share the client's X25519 share for this hop
  /// @param ciphertext the ML-KEM ciphertext for this hop
  /// @param agreement X25519 of share and onion key
  /// @param secret what the ciphertext holds
  static HopKeys derive(
      NodeId node,
      byte[] publicHash,
      byte[] share,
      byte[] ciphertext,
      byte[] agreement,
      byte[] secret) {
    byte[] transcript =
        Hash.sha256(Labels.ONION_HOP, node.key().toArray(), publicHash, share, ciphertext);
    byte[] prk = Hkdf.extract(transcript, agreement, secret);
    byte[] material = Hkdf.expand(prk, Labels.ONION_SETUP, 4 * KEY + REPLAY_TAG_BYTES);
    Arrays.fill(prk, (byte) 0);
    return new HopKeys(transcript, material);
  }

  /// Stands for the whole public key in transcripts.
  static byte[] hash(OnionPublicKey key) {
    return Hash.sha256(key.encode());
  }

  byte[] packetKey() {
    return key(0);
  }

  byte[] fillerKey() {
    return key(1);
  }

  byte[] replyKey() {
    return key(2);
  }

  byte[] replayTag() {
    return Arrays.copyOfRange(material, 4 * KEY, 4 * KEY + REPLAY_TAG_BYTES);
  }

  /// onion.md 4.2: where the ratchets of both directions start.
  ///
  /// @param fresh X25519 of the client's share and the relay's fresh share
  LayerKeys layers(byte[] fresh, Bytes freshShare) {
    byte[] prk = Hkdf.extract(key(3), fresh);
    byte[] info = Arrays.copyOf(Labels.ONION_LAYERS, Labels.ONION_LAYERS.length + 2 * KEY);
    System.arraycopy(transcript, 0, info, Labels.ONION_LAYERS.length, KEY);
    freshShare.copyTo(info, Labels.ONION_LAYERS.length + KEY);
    byte[] chains = Hkdf.expand(prk, info, 2 * KEY);
    Arrays.fill(prk, (byte) 0);
    return new LayerKeys(
        new Ratchet(Arrays.copyOf(chains, KEY)),
        new Ratchet(Arrays.copyOfRange(chains, KEY, 2 * KEY)));
  }

  void destroy() {
    Arrays.fill(material, (byte) 0);
  }

  private byte[] key(int index) {
    return Arrays.copyOfRange(material, index * KEY, (index + 1) * KEY);
  }
}
