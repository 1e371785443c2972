package org.wormholes.protocol.ring;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.wormholes.protocol.crypto.Hash;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;

/// A place on a ring: a number of 256 bits, after the largest of which comes 0
/// (`spec/protocol/ring.md`, section 1). Four words, the most significant first, so that comparing
/// and subtracting allocate nothing but the result.
public record RingId(long first, long second, long third, long fourth)
    implements Comparable<RingId> {
  public static final int BYTES = 32;

  public static final int BITS = 256;

  /// Where a node stands on the ring of a network: nobody chooses that.
  ///
  /// @param ring the hash that names the ring, 32 bytes
  public static RingId of(Bytes ring, NodeId node) {
    if (ring.size() != BYTES) {
      throw new IllegalArgumentException("the name of a ring has 32 bytes, was " + ring.size());
    }
    return decode(Hash.sha256(Labels.RING_NODE, ring.toArray(), node.key().toArray()), 0);
  }

  /// The number in 32 bytes, big-endian.
  public static RingId decode(byte[] array, int offset) {
    return new RingId(
        BigEndian.i64(array, offset),
        BigEndian.i64(array, offset + 8),
        BigEndian.i64(array, offset + 16),
        BigEndian.i64(array, offset + 24));
  }

  /// The inverse of [#decode]: 32 bytes.
  public byte[] encode() {
    byte[] out = new byte[BYTES];
    BigEndian.putI64(out, 0, first);
    BigEndian.putI64(out, 8, second);
    BigEndian.putI64(out, 16, third);
    BigEndian.putI64(out, 24, fourth);
    return out;
  }

  /// How far one has to go upwards from here to there; 0 to itself.
  public RingId distanceTo(RingId there) {
    long d4 = there.fourth - fourth;
    long borrow = Long.compareUnsigned(there.fourth, fourth) < 0 ? 1 : 0;
    long d3 = there.third - third - borrow;
    borrow = borrows(there.third, third, borrow);
    long d2 = there.second - second - borrow;
    borrow = borrows(there.second, second, borrow);
    return new RingId(there.first - first - borrow, d2, d3, d4);
  }

  /// Whether this is met on the way upwards from `from` to `to`, neither end included. From an id
  /// to itself the way is the whole ring.
  public boolean between(RingId from, RingId to) {
    return from.compareTo(to) < 0
        ? from.compareTo(this) < 0 && compareTo(to) < 0
        : from.compareTo(this) < 0 || compareTo(to) < 0;
  }

  /// This and 2^`bit` times `factor`, around the end.
  ///
  /// @param factor 1 to 15
  /// @param bit a multiple of 4, from 0 to 252
  RingId plus(int factor, int bit) {
    if (factor < 1 || factor > 15 || bit < 0 || bit > 252 || bit % 4 != 0) {
      throw new IllegalArgumentException("no finger at " + factor + " times 2^" + bit);
    }
    byte[] sum = encode();
    int at = BYTES - 1 - bit / 8;
    int carry = factor << (bit % 8);
    while (carry != 0 && at >= 0) {
      carry += sum[at] & 0xff;
      sum[at] = (byte) carry;
      carry >>>= 8;
      at--;
    }
    return decode(sum, 0);
  }

  /// The highest four bits that are not zero: which of them, from 0 at the low end to 63.
  ///
  /// @return -1 for zero
  int topDigit() {
    int below = first != 0 ? 48 : second != 0 ? 32 : third != 0 ? 16 : 0;
    long word = word(below);
    return word == 0 ? -1 : below + 15 - Long.numberOfLeadingZeros(word) / 4;
  }

  /// Four bits.
  ///
  /// @param place from 0 at the low end to 63
  int digit(int place) {
    return (int) (word(place) >>> (place % 16 * 4)) & 0xf;
  }

  private long word(int place) {
    return switch (place / 16) {
      case 3 -> first;
      case 2 -> second;
      case 1 -> third;
      default -> fourth;
    };
  }

  /// This and a random number below 2^`bit`, around the end.
  RingId plusBelow(int bit, RandomGenerator random) {
    RingId sum = this;
    // Four digits are fine enough to meet anybody.
    for (int at = bit - 4; at >= 0 && at >= bit - 16; at -= 4) {
      int factor = random.nextInt(16);
      sum = factor == 0 ? sum : sum.plus(factor, at);
    }
    return sum;
  }

  @Override
  public int compareTo(RingId other) {
    int result = Long.compareUnsigned(first, other.first);
    result = result != 0 ? result : Long.compareUnsigned(second, other.second);
    result = result != 0 ? result : Long.compareUnsigned(third, other.third);
    return result != 0 ? result : Long.compareUnsigned(fourth, other.fourth);
  }

  /// All 64 hexadecimal digits.
  public String hex() {
    return HexFormat.of().formatHex(encode());
  }

  /// The first eight hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(first).substring(0, 8);
  }

  private static long borrows(long minuend, long subtrahend, long borrow) {
    int order = Long.compareUnsigned(minuend, subtrahend);
    return order < 0 || (order == 0 && borrow == 1) ? 1 : 0;
  }
}
