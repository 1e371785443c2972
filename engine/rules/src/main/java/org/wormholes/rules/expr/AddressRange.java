package org.wormholes.rules.expr;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/// All addresses that share their first bits: `10.0.0.0/8`, `2001:db8::/32`, or one address.
///
/// The prefix counts bits of the 128-bit form, so that of `10.0.0.0/8` is 104.
public record AddressRange(Address first, int prefixBits) {
  public AddressRange {
    requireNonNull(first, "first");
    if (prefixBits < 0 || prefixBits > 128) {
      throw new IllegalArgumentException("a prefix must be 0..128 bits, was " + prefixBits);
    }
    if (!masked(first, prefixBits).equals(first)) {
      throw new IllegalArgumentException(
          "%s has bits beyond its prefix; it starts at %s"
              .formatted(first, masked(first, prefixBits)));
    }
  }

  public static AddressRange of(Address address) {
    return new AddressRange(address, 128);
  }

  /// `10.0.0.0/8`, `2001:db8::/32`, or a lone address; empty for anything else. A range with bits
  /// beyond its prefix is an [IllegalArgumentException] that says where it would start.
  public static Optional<AddressRange> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Address.parse(text).map(AddressRange::of);
    }
    String bits = text.substring(slash + 1);
    if (!bits.matches("0|[1-9][0-9]{0,2}")) {
      return Optional.empty();
    }
    return Address.parse(text.substring(0, slash))
        .filter(first -> Integer.parseInt(bits) <= (first.isIpv4() ? 32 : 128))
        .map(first -> new AddressRange(first, Integer.parseInt(bits) + (first.isIpv4() ? 96 : 0)));
  }

  public boolean contains(Address address) {
    return masked(address, prefixBits).equals(first);
  }

  public Address last() {
    return new Address(
        first.high() | ~mask(prefixBits), first.low() | ~mask(Math.max(0, prefixBits - 64)));
  }

  static Address masked(Address address, int prefixBits) {
    return new Address(
        address.high() & mask(prefixBits), address.low() & mask(Math.max(0, prefixBits - 64)));
  }

  private static long mask(int bits) {
    return bits == 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
  }

  @Override
  public String toString() {
    boolean ipv4 = first.isIpv4() && prefixBits >= 96;
    return prefixBits == 128
        ? first.toString()
        : first + "/" + (ipv4 ? prefixBits - 96 : prefixBits);
  }
}
