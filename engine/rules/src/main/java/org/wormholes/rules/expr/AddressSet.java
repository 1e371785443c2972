package org.wormholes.rules.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A constant set of address ranges, found by halving: 5 bytes an IPv4 range, 17 an IPv6 range.
///
/// An IPv6 address that carries an IPv4 address ([Address#embedded]) is in the set also when that
/// one is: packets end up at the same place. Ranges inside another are left out; neighbours are not
/// joined, so that what a rule names stays visible. Ordered by first address, IPv4 (as mapped)
/// among IPv6. Immutable.
public final class AddressSet implements Members {
  private static final Comparator<AddressRange> ORDER =
      Comparator.comparing(AddressRange::first).thenComparingInt(AddressRange::prefixBits);

  private final int[] starts; // IPv4, ascending as unsigned
  private final byte[] prefixes; // of 32 bits
  private final long[] halves; // IPv6, ascending: high and low halves in turn
  private final byte[] longPrefixes; // of 128 bits

  private AddressSet(int[] starts, byte[] prefixes, long[] halves, byte[] longPrefixes) {
    this.starts = starts;
    this.prefixes = prefixes;
    this.halves = halves;
    this.longPrefixes = longPrefixes;
  }

  private AddressSet(List<AddressRange> ranges) {
    int short4 = (int) ranges.stream().filter(AddressSet::isIpv4).count();
    starts = new int[short4];
    prefixes = new byte[short4];
    halves = new long[2 * (ranges.size() - short4)];
    longPrefixes = new byte[ranges.size() - short4];
    int i = 0;
    int j = 0;
    for (AddressRange range : ranges) {
      if (isIpv4(range)) {
        starts[i] = range.first().ipv4Bits();
        prefixes[i++] = (byte) (range.prefixBits() - 96);
      } else {
        halves[2 * j] = range.first().high();
        halves[2 * j + 1] = range.first().low();
        longPrefixes[j++] = (byte) range.prefixBits();
      }
    }
  }

  private static boolean isIpv4(AddressRange range) {
    return range.first().isIpv4() && range.prefixBits() >= 96;
  }

  /// The set of all addresses in the ranges, which may come in any order and overlap.
  public static AddressSet of(Collection<AddressRange> ranges) {
    List<AddressRange> kept = new ArrayList<>();
    for (AddressRange range : ranges.stream().sorted(ORDER).toList()) {
      if (kept.isEmpty() || !kept.getLast().contains(range.first())) {
        kept.add(range);
      }
    }
    if (kept.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a set must have at most %d entries".formatted(MAX_ENTRIES));
    }
    return new AddressSet(kept);
  }

  /// The set of these ranges and addresses, as text.
  public static AddressSet of(String... ranges) {
    return of(Arrays.stream(ranges).map(AddressSet::range).toList());
  }

  /// The set in its plain form: the first addresses and prefix lengths (of 32 bits) of the IPv4
  /// ranges, then the halves of the first addresses and prefix lengths (of 128) of the IPv6 ranges.
  /// What is not in order, apart and without bits beyond the prefix is refused. The arrays are
  /// kept.
  public static AddressSet ofSorted(
      int[] starts, byte[] prefixes, long[] halves, byte[] longPrefixes) {
    for (int i = 0; i < starts.length; i++) {
      int prefix = prefixes[i];
      boolean plain = prefix >= 0 && prefix <= 32 && (starts[i] & lastBits(32 - prefix)) == 0;
      boolean follows =
          i == 0
              || Integer.compareUnsigned(
                      starts[i - 1] | (int) lastBits(32 - prefixes[i - 1]), starts[i])
                  < 0;
      if (!plain || !follows) {
        throw new IllegalArgumentException("ranges of a set must be plain, in order and apart");
      }
    }
    AddressSet set = new AddressSet(starts, prefixes, halves, longPrefixes);
    for (int i = 0; i < longPrefixes.length; i++) {
      set.checkIpv6(i);
    }
    return set;
  }

  private void checkIpv6(int i) {
    int prefix = longPrefixes[i] & 0xff;
    long high = halves[2 * i];
    long low = halves[2 * i + 1];
    boolean plain =
        prefix <= 128
            && (high & lastBits(64 - Math.min(64, prefix))) == 0
            && (low & lastBits(128 - Math.max(64, prefix))) == 0
            && !(high == 0 && low >>> 32 == 0xffff && prefix >= 96);
    boolean follows = true;
    if (i > 0) {
      int before = longPrefixes[i - 1] & 0xff;
      long lastHigh = halves[2 * i - 2] | lastBits(64 - Math.min(64, before));
      int order = Long.compareUnsigned(lastHigh, high);
      long lastLow = halves[2 * i - 1] | lastBits(128 - Math.max(64, before));
      follows = order < 0 || (order == 0 && Long.compareUnsigned(lastLow, low) < 0);
    }
    if (!plain || !follows) {
      throw new IllegalArgumentException("ranges of a set must be plain, in order and apart");
    }
  }

  private static long lastBits(int count) {
    return count >= 64 ? -1L : (1L << count) - 1;
  }

  private static AddressRange range(String text) {
    return AddressRange.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a range of addresses: " + text));
  }

  /// Whether a range has the address or the one it carries; an absent address is in no set.
  public boolean contains(@Nullable Address address) {
    if (address == null) {
      return false;
    }
    if (address.isIpv4() && hasIpv4(address.ipv4Bits())) {
      return true;
    }
    if (longPrefixes.length != 0 && hasIpv6(address.high(), address.low())) {
      return true;
    }
    Address embedded = starts.length == 0 ? null : address.embedded();
    return embedded != null && hasIpv4(embedded.ipv4Bits());
  }

  private boolean hasIpv4(int bits) {
    int low = 0;
    int high = starts.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Integer.compareUnsigned(starts[middle], bits) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high >= 0
        && (((long) (bits ^ starts[high]) & 0xffff_ffffL) >>> (32 - prefixes[high])) == 0;
  }

  private boolean hasIpv6(long upper, long lower) {
    int low = 0;
    int high = longPrefixes.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Long.compareUnsigned(halves[2 * middle], upper);
      if (order == 0) {
        order = Long.compareUnsigned(halves[2 * middle + 1], lower);
      }
      if (order <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    if (high < 0) {
      return false;
    }
    int prefix = longPrefixes[high] & 0xff;
    long differentUpper = halves[2 * high] ^ upper;
    long differentLower = halves[2 * high + 1] ^ lower;
    if (prefix <= 64) {
      return prefix == 0 || differentUpper >>> (64 - prefix) == 0;
    }
    return differentUpper == 0 && differentLower >>> (128 - prefix) == 0;
  }

  /// The first address and prefix length of an IPv4 range, as `bits << 8 | prefix`.
  public long ipv4Range(int index) {
    return (starts[index] & 0xffff_ffffL) << 8 | prefixes[index];
  }

  /// The ranges, IPv4 first, each family in order.
  public List<AddressRange> ranges() {
    List<AddressRange> ranges = new ArrayList<>(size());
    for (int i = 0; i < size(); i++) {
      ranges.add(range(i));
    }
    return ranges;
  }

  /// The range at this place of [#ranges].
  public AddressRange range(int index) {
    if (index < starts.length) {
      return new AddressRange(Address.ofIpv4(starts[index]), prefixes[index] + 96);
    }
    int j = index - starts.length;
    return new AddressRange(new Address(halves[2 * j], halves[2 * j + 1]), longPrefixes[j] & 0xff);
  }

  /// How many of the ranges are IPv4.
  public int ipv4Size() {
    return starts.length;
  }

  @Override
  public Type type() {
    return Type.ADDRESS;
  }

  @Override
  public int size() {
    return starts.length + longPrefixes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressSet that
        && Arrays.equals(starts, that.starts)
        && Arrays.equals(prefixes, that.prefixes)
        && Arrays.equals(halves, that.halves)
        && Arrays.equals(longPrefixes, that.longPrefixes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(starts) + Arrays.hashCode(halves);
  }

  @Override
  public String toString() {
    return size() <= 8 ? ranges().toString() : size() + " ranges";
  }
}
