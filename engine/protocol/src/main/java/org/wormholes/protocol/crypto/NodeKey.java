package org.wormholes.protocol.crypto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// A node's secret: an Ed25519 seed (RFC 8032). The same secret signs, and agrees on links through
/// its image on Curve25519. Prints nothing of itself.
public final class NodeKey {
  public static final int SEED_BYTES = 32;

  public static final int SIGNATURE_BYTES = 64;

  private final byte[] seed;
  private final byte[] publicKey;
  private final byte[] agreementPrivate;
  private final NodeId id;

  private NodeKey(byte[] seed) {
    this.seed = seed;
    this.publicKey = new byte[NodeId.BYTES];
    Ed25519.generatePublicKey(seed, 0, publicKey, 0);
    this.agreementPrivate = X25519.privateOfSeed(seed);
    this.id = new NodeId(Bytes.of(publicKey));
  }

  /// A new identity.
  public static NodeKey create(Entropy entropy) {
    return new NodeKey(entropy.bytes(SEED_BYTES));
  }

  /// The identity of a stored seed of 32 bytes.
  public static NodeKey ofSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("seed must be 32 bytes, was " + seed.length);
    }
    return new NodeKey(seed.clone());
  }

  /// The key of a service that this node publishes under a name: HKDF-SHA256 (RFC 5869) of the
  /// seed, with a salt of its own and the name as information. Tells nobody whose service it is.
  public NodeKey service(String name) {
    return ofSeed(ofService("key/" + name, SEED_BYTES));
  }

  /// By what relays tell this node's descriptors of a service from those of other nodes that
  /// publish it too: 16 bytes, made like the key. Another in each period, or it would tie the days
  /// together.
  public byte[] serviceInstance(String name, long period) {
    return ofService("instance/" + period + "/" + name, 16);
  }

  private byte[] ofService(String what, int length) {
    byte[] secret = Hkdf.extract(Labels.SERVICE, exposeSeed());
    return Hkdf.expand(secret, what.getBytes(StandardCharsets.UTF_8), length);
  }

  public NodeId id() {
    return id;
  }

  /// 64 bytes, deterministic. Callers put a label from [Labels] in front of what they sign.
  public byte[] sign(byte[] message) {
    byte[] signature = new byte[SIGNATURE_BYTES];
    Ed25519.sign(seed, 0, publicKey, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  /// The X25519 secret shared with the holder of a public key.
  ///
  /// @throws WireException if the public key is not canonical or of low order
  public byte[] agree(byte[] publicKey) throws WireException {
    return X25519.agree(agreementPrivate, publicKey);
  }

  /// The X25519 private key of this identity, for the handshake. A copy of the secret.
  public byte[] exposeAgreementKey() {
    return agreementPrivate.clone();
  }

  /// The secret as Ed25519 uses it (RFC 8032 section 5.1.5): the clamped scalar and the half of the
  /// hash that signatures are made with, 32 bytes each. What Tor takes for an onion service of the
  /// same address. A copy of the secret.
  public byte[] exposeExpandedKey() {
    byte[] expanded = Hash.sha512(seed);
    expanded[0] &= (byte) 0xf8;
    expanded[31] &= 0x7f;
    expanded[31] |= 0x40;
    return expanded;
  }

  /// A copy of the secret, for the key store.
  public byte[] exposeSeed() {
    return seed.clone();
  }

  /// Overwrites the secret; the key cannot be used afterwards.
  public void destroy() {
    Arrays.fill(seed, (byte) 0);
    Arrays.fill(agreementPrivate, (byte) 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeKey key && MessageDigest.isEqual(seed, key.seed);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "NodeKey(secret)";
  }
}
