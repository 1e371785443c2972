package org.wormholes.protocol.crypto;

import java.math.BigInteger;
import org.bouncycastle.math.ec.rfc7748.X25519Field;
import org.wormholes.protocol.wire.WireException;

/// A point of edwards25519 in extended coordinates (RFC 8032 section 5.1.4), for the blinding of
/// keys, which Bouncy Castle's signatures do not offer. Addition is complete, so that it also
/// doubles, and multiplication takes the same steps for every scalar.
final class EdwardsPoint {
  static final int BYTES = 32;

  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  private static final int[] D =
      element(BigInteger.valueOf(-121_665).multiply(BigInteger.valueOf(121_666).modInverse(P)));
  private static final int[] TWICE_D = sum(D, D);
  private static final EdwardsPoint BASE = base();

  private final int[] x;
  private final int[] y;
  private final int[] z;
  private final int[] t;

  private EdwardsPoint(int[] x, int[] y, int[] z, int[] t) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.t = t;
  }

  static EdwardsPoint base() {
    // y = 4/5 with an even x.
    byte[] encoded = new byte[BYTES];
    java.util.Arrays.fill(encoded, (byte) 0x66);
    encoded[0] = 0x58;
    try {
      return decode(encoded);
    } catch (WireException e) {
      throw new IllegalStateException("the base point is on the curve", e);
    }
  }

  private static EdwardsPoint neutral() {
    return new EdwardsPoint(X25519Field.create(), one(), one(), X25519Field.create());
  }

  /// RFC 8032 section 5.1.3. Not in constant time: for public keys.
  static EdwardsPoint decode(byte[] encoded) throws WireException {
    byte[] magnitude = encoded.clone();
    magnitude[31] &= 0x7f;
    int[] y = X25519Field.create();
    X25519Field.decode255(magnitude, y);
    int[] square = product(y, y);
    int[] above = difference(square, one());
    int[] below = sum(product(D, square), one());
    int[] x = X25519Field.create();
    if (!X25519Field.sqrtRatioVar(above, below, x)) {
      throw new WireException("ed25519 public key is not on the curve");
    }
    X25519Field.normalize(x);
    boolean odd = (encoded[31] & 0x80) != 0;
    if (odd && X25519Field.isZeroVar(x)) {
      throw new WireException("ed25519 public key is not canonical");
    }
    if ((x[0] & 1) != (odd ? 1 : 0)) {
      X25519Field.negate(x, x);
      X25519Field.normalize(x);
    }
    return new EdwardsPoint(x, y, one(), product(x, y));
  }

  byte[] encode() {
    int[] inverse = X25519Field.create();
    X25519Field.inv(z, inverse);
    int[] affineX = product(x, inverse);
    int[] affineY = product(y, inverse);
    X25519Field.normalize(affineX);
    X25519Field.normalize(affineY);
    byte[] out = new byte[BYTES];
    X25519Field.encode(affineY, out);
    out[31] |= (byte) ((affineX[0] & 1) << 7);
    return out;
  }

  /// The base point, that many times.
  static EdwardsPoint timesBase(byte[] scalar) {
    return BASE.times(scalar);
  }

  /// This point, that many times.
  ///
  /// @param scalar 32 bytes, little-endian
  EdwardsPoint times(byte[] scalar) {
    EdwardsPoint sum = neutral();
    for (int bit = 255; bit >= 0; bit--) {
      sum = sum.plus(sum);
      EdwardsPoint next = sum.plus(this);
      int taken = -((scalar[bit >> 3] >> (bit & 7)) & 1);
      sum.take(taken, next);
    }
    return sum;
  }

  private void take(int condition, EdwardsPoint other) {
    X25519Field.cmov(condition, other.x, 0, x, 0);
    X25519Field.cmov(condition, other.y, 0, y, 0);
    X25519Field.cmov(condition, other.z, 0, z, 0);
    X25519Field.cmov(condition, other.t, 0, t, 0);
  }

  /// Hisil, Wong, Carter, Dawson 2008, section 3.1, for a = -1.
  private EdwardsPoint plus(EdwardsPoint other) {
    int[] a = product(difference(y, x), difference(other.y, other.x));
    int[] b = product(sum(y, x), sum(other.y, other.x));
    int[] c = product(product(t, TWICE_D), other.t);
    int[] d = product(z, other.z);
    d = sum(d, d);
    int[] e = difference(b, a);
    int[] f = difference(d, c);
    int[] g = sum(d, c);
    int[] h = sum(b, a);
    return new EdwardsPoint(product(e, f), product(g, h), product(f, g), product(e, h));
  }

  private static int[] one() {
    int[] one = X25519Field.create();
    X25519Field.one(one);
    return one;
  }

  private static int[] product(int[] left, int[] right) {
    int[] out = X25519Field.create();
    X25519Field.mul(left, right, out);
    return out;
  }

  private static int[] sum(int[] left, int[] right) {
    int[] out = X25519Field.create();
    X25519Field.add(left, right, out);
    X25519Field.carry(out);
    return out;
  }

  private static int[] difference(int[] left, int[] right) {
    int[] out = X25519Field.create();
    X25519Field.sub(left, right, out);
    X25519Field.carry(out);
    return out;
  }

  private static int[] element(BigInteger value) {
    byte[] big = value.mod(P).toByteArray();
    byte[] little = new byte[BYTES];
    for (int i = 0; i < Math.min(big.length, BYTES); i++) {
      little[i] = big[big.length - 1 - i];
    }
    int[] out = X25519Field.create();
    X25519Field.decode255(little, out);
    return out;
  }
}
