package org.wormholes.protocol.crypto;

import java.util.Arrays;
import org.bouncycastle.math.ec.rfc7748.X25519Field;
import org.wormholes.protocol.wire.WireException;

/// CPace over X25519 and SHA-512, a balanced agreement from a password (draft-irtf-cfrg-cpace-21,
/// sections 5 to 7; initiator and responder): two that know the same short secret come to the same
/// strong key, and whoever guesses has one guess for each time it takes part. Good for one run.
///
/// Stricter than the draft about what comes from outside: a share must be canonical, see [X25519].
public final class CPace {
  /// Length of [#share()].
  public static final int SHARE_BYTES = X25519.KEY_BYTES;

  /// Length of the key.
  public static final int KEY_BYTES = 64;

  private static final byte[] GENERATOR_LABEL = Labels.ascii("CPace255");
  private static final byte[] KEY_LABEL = Labels.ascii("CPace255_ISK");
  private static final int HASH_BLOCK_BYTES = 128;

  /// The A of Curve25519: v^2 = u^3 + A u^2 + u.
  private static final int CURVE_A = 486_662;

  private final byte[] sessionId;
  private final byte[] secret;
  private final byte[] share;

  private CPace(byte[] generator, byte[] sessionId, byte[] secret) throws WireException {
    this.sessionId = sessionId.clone();
    this.secret = secret;
    this.share = X25519.agree(secret, generator);
  }

  /// Begins a run.
  ///
  /// @param password what both sides know, however short
  /// @param channel what both sides agree this is about; public
  /// @param sessionId what names this run and no other; public
  public static CPace begin(byte[] password, byte[] channel, byte[] sessionId, Entropy entropy) {
    return begin(password, channel, sessionId, X25519.createPrivate(entropy));
  }

  static CPace begin(byte[] password, byte[] channel, byte[] sessionId, byte[] secret) {
    try {
      return new CPace(generator(password, channel, sessionId), sessionId, secret.clone());
    } catch (WireException e) {
      // Eight hashes in 2^255 lead to a point of low order.
      throw new IllegalStateException("no usable generator", e);
    }
  }

  /// What the other side is sent, 32 bytes.
  public byte[] share() {
    return share.clone();
  }

  /// The key of the side that spoke first, 64 bytes. The same at the other side, if and only if all
  /// that was put in is the same there.
  ///
  /// @param ownData what this side says of itself, such as its name; public
  /// @param peerData what the other side says of itself
  /// @throws WireException if the share is not canonical or of low order
  public byte[] initiatorKey(byte[] ownData, byte[] peerShare, byte[] peerData)
      throws WireException {
    return key(peerShare, lengthsAnd(share, ownData, peerShare, peerData));
  }

  /// The key of the side that answered.
  ///
  /// @throws WireException if the share is not canonical or of low order
  public byte[] responderKey(byte[] ownData, byte[] peerShare, byte[] peerData)
      throws WireException {
    return key(peerShare, lengthsAnd(peerShare, peerData, share, ownData));
  }

  private byte[] key(byte[] peerShare, byte[] transcript) throws WireException {
    byte[] point = X25519.agree(secret, peerShare);
    byte[] key = Hash.sha512(lengthsAnd(KEY_LABEL, sessionId, point), transcript);
    Arrays.fill(point, (byte) 0);
    Arrays.fill(secret, (byte) 0);
    return key;
  }

  /// Section 7.2: "calculate_generator" for X25519.
  static byte[] generator(byte[] password, byte[] channel, byte[] sessionId) {
    byte[] hash =
        Arrays.copyOf(Hash.sha512(generatorString(password, channel, sessionId)), SHARE_BYTES);
    byte[] point = elligator2(hash);
    Arrays.fill(hash, (byte) 0);
    return point;
  }

  /// The password and a padding fill the first block of the hash, so that the time it takes says
  /// nothing of the password.
  static byte[] generatorString(byte[] password, byte[] channel, byte[] sessionId) {
    int used = GENERATOR_LABEL.length + lengthBytes(GENERATOR_LABEL) + password.length;
    byte[] padding = new byte[Math.max(0, HASH_BLOCK_BYTES - 1 - lengthBytes(password) - used)];
    return lengthsAnd(GENERATOR_LABEL, password, padding, channel, sessionId);
  }

  /// RFC 9380 section 6.7.1 without the sign: the u of a point of the curve. Which of its two
  /// candidates it is, is chosen without a branch.
  private static byte[] elligator2(byte[] hash) {
    int[] r = X25519Field.create();
    int[] one = X25519Field.create();
    int[] t = X25519Field.create();
    int[] v = X25519Field.create();
    int[] other = X25519Field.create();
    int[] right = X25519Field.create();
    X25519Field.decode255(hash, r);
    X25519Field.one(one);
    X25519Field.sqr(r, t);
    X25519Field.add(t, t, t);
    X25519Field.add(t, one, t);
    X25519Field.carry(t);
    X25519Field.inv(t, t); // 2 r^2 is never -1, since -1/2 is no square
    X25519Field.mul(t, CURVE_A, v);
    X25519Field.negate(v, v);
    X25519Field.carry(v);
    // The other candidate is -v - A.
    X25519Field.mul(one, CURVE_A, t);
    X25519Field.add(v, t, other);
    X25519Field.negate(other, other);
    X25519Field.carry(other);
    // v^3 + A v^2 + v = v (v (v + A) + 1)
    X25519Field.add(v, t, t);
    X25519Field.carry(t);
    X25519Field.mul(v, t, t);
    X25519Field.add(t, one, t);
    X25519Field.carry(t);
    X25519Field.mul(v, t, right);
    int isSquare = X25519Field.sqrtRatioVar(right, one, t) ? -1 : 0;
    X25519Field.cmov(isSquare, v, 0, other, 0);
    X25519Field.normalize(other);
    byte[] u = new byte[SHARE_BYTES];
    X25519Field.encode(other, u);
    return u;
  }

  /// Each part after its length, in the variable-length form of the draft's section 5.1 (LEB128).
  private static byte[] lengthsAnd(byte[]... parts) {
    int size = 0;
    for (byte[] part : parts) {
      size += lengthBytes(part) + part.length;
    }
    byte[] all = new byte[size];
    int at = 0;
    for (byte[] part : parts) {
      int length = part.length;
      while (length > 127) {
        all[at++] = (byte) ((length & 127) | 128);
        length >>>= 7;
      }
      all[at++] = (byte) length;
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static int lengthBytes(byte[] part) {
    return part.length < 1 << 7 ? 1 : part.length < 1 << 14 ? 2 : 3;
  }

  /// What the side that spoke first shows to prove that it has the key, 32 bytes.
  public static byte[] initiatorProof(byte[] key) {
    return proof(key, "initiator");
  }

  /// What the side that answered shows to prove that it has the key, 32 bytes.
  public static byte[] responderProof(byte[] key) {
    return proof(key, "responder");
  }

  private static byte[] proof(byte[] key, String side) {
    return Hkdf.hmac(key, Labels.INVITATION, Labels.ascii(side));
  }

  @Override
  public String toString() {
    return "CPace(secret)";
  }
}
