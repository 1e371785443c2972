package org.wormholes.rules.expr;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An IP address as 128 bits; IPv4 stands in its IPv6-mapped form (`::ffff:0:0/96`), so the two
/// spellings of one IPv4 address are equal.
public record Address(long high, long low) implements Comparable<Address> {
  static final Address LOOPBACK_4 = ofIpv4(0x7f000001);

  private static final long NAT64 = 0x0064_ff9b_0000_0000L;

  /// The IPv4 address with these four bytes, most significant first.
  public static Address ofIpv4(int bits) {
    return new Address(0, 0xffff_0000_0000L | (bits & 0xffff_ffffL));
  }

  /// The address with these 4 or 16 bytes, in network order.
  public static Address of(byte[] bytes) {
    return switch (bytes.length) {
      case 4 -> ofIpv4((int) bits(bytes, 0, 4));
      case 16 -> new Address(bits(bytes, 0, 8), bits(bytes, 8, 8));
      default ->
          throw new IllegalArgumentException("an address has 4 or 16 bytes, had " + bytes.length);
    };
  }

  /// The address this text is a literal of, in the one plain spelling: four decimal numbers without
  /// leading zeros, or RFC 4291 section 2.2 without a zone. `127.1`, `0x7f000001` and `2130706433`
  /// are not literals.
  public static Optional<Address> parse(String text) {
    return AddressText.parse(text);
  }

  public boolean isIpv4() {
    return high == 0 && low >>> 32 == 0xffff;
  }

  /// The last 32 bits: of an IPv4 address, all of it.
  public int ipv4Bits() {
    return (int) low;
  }

  /// The IPv4 address that packets to this IPv6 address end up at: inside NAT64's well-known prefix
  /// (RFC 6052), 6to4 (RFC 3056) and the old IPv4-compatible form (RFC 4291 section 2.5.5.1). Null
  /// where there is none, and for IPv4 itself.
  public @Nullable Address embedded() {
    if (high == NAT64 && low >>> 32 == 0) {
      return ofIpv4((int) low);
    }
    if (high >>> 48 == 0x2002) {
      return ofIpv4((int) (high >>> 16));
    }
    boolean compatible = high == 0 && low >>> 32 == 0 && low > 1;
    return compatible ? ofIpv4((int) low) : null;
  }

  /// 4 or 16 bytes, in network order.
  public byte[] bytes() {
    byte[] bytes = new byte[isIpv4() ? 4 : 16];
    for (int i = 0; i < bytes.length; i++) {
      int fromEnd = bytes.length - 1 - i;
      long half = fromEnd < 8 ? low : high;
      bytes[i] = (byte) (half >>> (8 * (fromEnd % 8)));
    }
    return bytes;
  }

  @Override
  public int compareTo(Address other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  /// The literal; of IPv6 as in RFC 5952.
  @Override
  public String toString() {
    return AddressText.format(this);
  }

  private static long bits(byte[] bytes, int offset, int length) {
    long bits = 0;
    for (int i = 0; i < length; i++) {
      bits = bits << 8 | (bytes[offset + i] & 0xff);
    }
    return bits;
  }
}
