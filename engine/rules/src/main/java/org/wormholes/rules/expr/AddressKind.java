package org.wormholes.rules.expr;

import org.jspecify.annotations.Nullable;

/// What an address is for, after the special-purpose registries (RFC 6890 and its updates).
///
/// Every address has exactly one of the kinds from [#PRIVATE] to [#PUBLIC], and one of the
/// families. An IPv6 address that carries an IPv4 address (see [Address#embedded]) is of that one's
/// kind: it leads to the same place.
public enum AddressKind {
  /// 10/8, 172.16/12, 192.168/16, fc00::/7, and fec0::/10.
  PRIVATE(1, "private?"),
  /// 127/8 and ::1.
  LOOPBACK(2, "loopback?"),
  /// 169.254/16 and fe80::/10.
  LINK_LOCAL(3, "link_local?"),
  /// 224/4 and ff00::/8.
  MULTICAST(4, "multicast?"),
  /// 0/8 and `::`.
  UNSPECIFIED(5, "unspecified?"),
  /// 100.64/10, between a carrier's NAT and its customers.
  SHARED(6, "shared?"),
  /// 192.0.2/24, 198.51.100/24, 203.0.113/24, 2001:db8::/32 and 3fff::/20.
  DOCUMENTATION(7, "documentation?"),
  /// All else that is not for everyday traffic: 240/4, 192.0.0/24, 192.88.99/24, 198.18/15,
  /// 2001::/23 with Teredo, and what lies outside 2000::/3 but for NAT64's well-known prefix.
  RESERVED(8, "reserved?"),
  /// Everything else: an address of the open Internet.
  PUBLIC(9, "public?"),
  IPV4(10, "ipv4?"),
  IPV6(11, "ipv6?");

  private final int id;
  private final String word;

  AddressKind(int id, String word) {
    this.id = id;
    this.word = word;
  }

  /// The number in canonical bytes; never reused.
  public int id() {
    return id;
  }

  /// The word in a ruleset: `private?`.
  public String word() {
    return word;
  }

  /// Whether the address is of this kind; an absent one never is.
  public boolean has(@Nullable Address address) {
    return address != null
        && switch (this) {
          case IPV4 -> address.isIpv4();
          case IPV6 -> !address.isIpv4();
          default -> of(address) == this;
        };
  }

  /// The kind of the address, one of [#PRIVATE] to [#PUBLIC].
  public static AddressKind of(Address address) {
    if (address.isIpv4()) {
      return ofIpv4(address.ipv4Bits());
    }
    Address embedded = address.embedded();
    return embedded != null ? ofIpv4(embedded.ipv4Bits()) : ofIpv6(address.high(), address.low());
  }

  private static AddressKind ofIpv4(int bits) {
    int first = bits >>> 24;
    int second = bits >>> 16 & 0xff;
    int third = bits >>> 8 & 0xff;
    return switch (first) {
      case 0 -> UNSPECIFIED;
      case 10 -> PRIVATE;
      case 100 -> second >>> 6 == 1 ? SHARED : PUBLIC;
      case 127 -> LOOPBACK;
      case 169 -> second == 254 ? LINK_LOCAL : PUBLIC;
      case 172 -> second >>> 4 == 1 ? PRIVATE : PUBLIC;
      case 192 -> of192(second, third);
      case 198 ->
          second >>> 1 == 9 ? RESERVED : second == 51 && third == 100 ? DOCUMENTATION : PUBLIC;
      case 203 -> second == 0 && third == 113 ? DOCUMENTATION : PUBLIC;
      default -> first < 224 ? PUBLIC : first < 240 ? MULTICAST : RESERVED;
    };
  }

  private static AddressKind of192(int second, int third) {
    return switch (second) {
      case 168 -> PRIVATE;
      case 0 -> third == 0 ? RESERVED : third == 2 ? DOCUMENTATION : PUBLIC;
      case 88 -> third == 99 ? RESERVED : PUBLIC;
      default -> PUBLIC;
    };
  }

  private static AddressKind ofIpv6(long high, long low) {
    if (high == 0 && low >= 0 && low <= 1) {
      return low == 0 ? UNSPECIFIED : LOOPBACK;
    }
    int top = (int) (high >>> 48);
    if (top >>> 9 == 0xfc >>> 1 || top >>> 6 == 0xfec0 >>> 6) {
      return PRIVATE;
    }
    if (top >>> 6 == 0xfe80 >>> 6) {
      return LINK_LOCAL;
    }
    if (top >>> 8 == 0xff) {
      return MULTICAST;
    }
    if (high >>> 32 == 0x2001_0db8L || high >>> 44 == 0x3fff_0L) {
      return DOCUMENTATION;
    }
    boolean global = top >>> 13 == 1 && high >>> 41 != 0x2001_0000L >>> 9;
    return global ? PUBLIC : RESERVED;
  }
}
