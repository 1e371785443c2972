package org.wormholes.protocol.crypto;

import java.util.Locale;
import org.bouncycastle.math.ec.rfc7748.X25519Field;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// The name of a node: its Ed25519 public key of 32 bytes, canonical, on the curve and not of low
/// order. See `spec/protocol/identity.md`.
public record NodeId(Bytes key) implements Comparable<NodeId> {
  public static final int BYTES = 32;

  /// Length of [#address()].
  public static final int ADDRESS_CHARS = 56;

  private static final byte[] CHECKSUM = Labels.ascii(".onion checksum");
  private static final byte VERSION = 3;

  /// @throws IllegalArgumentException if the key is not a usable public key
  public NodeId {
    if (key.size() != BYTES || !Ed25519.validatePublicKeyPartial(key.toArray(), 0)) {
      throw new IllegalArgumentException("not a usable ed25519 public key");
    }
  }

  /// The name that stands in 32 bytes of a message.
  ///
  /// @throws WireException if these 32 bytes are not a usable public key
  public static NodeId decode(byte[] array, int offset) throws WireException {
    if (offset < 0 || array.length - offset < BYTES) {
      throw new WireException("expected 32 bytes of a node id, found " + (array.length - offset));
    }
    Bytes key = Bytes.of(array, offset, BYTES);
    try {
      return new NodeId(key);
    } catch (IllegalArgumentException e) {
      throw new WireException("node id is not a usable ed25519 public key", e);
    }
  }

  /// The inverse of [#address()], upper case allowed. As for Tor, a key that is not in the prime
  /// order subgroup is refused.
  ///
  /// @throws WireException if length, alphabet, version, checksum or key is wrong
  public static NodeId parse(String address) throws WireException {
    if (address.length() != ADDRESS_CHARS) {
      throw new WireException("node address must have 56 characters, was " + address.length());
    }
    byte[] raw = Base32.decode(address.toLowerCase(Locale.ROOT));
    if (raw[34] != VERSION) {
      throw new WireException("node address must be of version 3, was " + (raw[34] & 0xff));
    }
    NodeId id = decode(raw, 0);
    byte[] checksum = checksum(id.key.toArray());
    if (raw[32] != checksum[0] || raw[33] != checksum[1]) {
      throw new WireException("node address has a wrong checksum");
    }
    if (!Ed25519.validatePublicKeyFull(id.key.toArray(), 0)) {
      throw new WireException("node address holds a key outside the prime order group");
    }
    return id;
  }

  /// The 56 characters that Tor's v3 onion service of the same key would have before `.onion`.
  public String address() {
    byte[] raw = new byte[35];
    key.copyTo(raw, 0);
    byte[] checksum = checksum(key.toArray());
    raw[32] = checksum[0];
    raw[33] = checksum[1];
    raw[34] = VERSION;
    return Base32.encode(raw);
  }

  /// Whether this node signed the message: RFC 8032 section 5.1.7 with the cofactor, and R and S
  /// must be canonical. See `spec/protocol/identity.md`, section 3.
  public boolean verify(byte[] message, byte[] signature) {
    return signature.length == Ed25519.SIGNATURE_SIZE
        && Ed25519.verify(signature, 0, key.toArray(), 0, message, 0, message.length);
  }

  /// The X25519 public key of the same secret: u = (1 + y) / (1 - y) (RFC 7748 section 4.1).
  public byte[] agreementKey() {
    byte[] encoded = key.toArray();
    encoded[31] &= 0x7f;
    int[] y = X25519Field.create();
    int[] above = X25519Field.create();
    int[] below = X25519Field.create();
    int[] one = X25519Field.create();
    X25519Field.decode255(encoded, y);
    X25519Field.one(one);
    X25519Field.add(one, y, above);
    X25519Field.sub(one, y, below);
    X25519Field.inv(below, below);
    X25519Field.mul(above, below, above);
    X25519Field.normalize(above);
    byte[] out = new byte[X25519.KEY_BYTES];
    X25519Field.encode(above, out);
    return out;
  }

  @Override
  public int compareTo(NodeId other) {
    return key.compareTo(other.key);
  }

  /// Redacted to its first six characters: identities do not belong into logs.
  @Override
  public String toString() {
    return address().substring(0, 6) + "…";
  }

  private static byte[] checksum(byte[] key) {
    return Hash.sha3(CHECKSUM, key, new byte[] {VERSION});
  }
}
