package org.wormholes.rules.lint;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressKind;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;

/// What is known of one address. Immutable.
///
/// A set has an IPv6 address also when it has the IPv4 address inside it, so ranges are compared
/// with that in mind: where it could matter, nothing is proven.
///
/// @param in sets that have it
/// @param out sets that do not; an absent address is in no set
record AddressLimits(
    List<AddressSet> in, List<AddressSet> out, Set<AddressKind> is, Set<AddressKind> isNot) {
  static final AddressLimits NONE = new AddressLimits(List.of(), List.of(), Set.of(), Set.of());

  /// Of each kind but `public?` and `reserved?`, exactly its addresses.
  static final Map<AddressKind, AddressSet> BLOCKS = blocks();

  private static final AddressSet RESERVED_IPV4 =
      AddressSet.of("240.0.0.0/4", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15");

  /// IPv6 addresses that may carry an IPv4 address.
  private static final List<AddressRange> CARRYING =
      AddressSet.of("64:ff9b::/96", "2002::/16", "::/96").ranges();

  private static Map<AddressKind, AddressSet> blocks() {
    Map<AddressKind, AddressSet> blocks = new EnumMap<>(AddressKind.class);
    blocks.put(
        AddressKind.PRIVATE,
        AddressSet.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"));
    blocks.put(AddressKind.LOOPBACK, AddressSet.of("127.0.0.0/8", "::1"));
    blocks.put(AddressKind.LINK_LOCAL, AddressSet.of("169.254.0.0/16", "fe80::/10"));
    blocks.put(AddressKind.MULTICAST, AddressSet.of("224.0.0.0/4", "ff00::/8"));
    blocks.put(AddressKind.UNSPECIFIED, AddressSet.of("0.0.0.0/8", "::"));
    blocks.put(AddressKind.SHARED, AddressSet.of("100.64.0.0/10"));
    blocks.put(
        AddressKind.DOCUMENTATION,
        AddressSet.of(
            "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"));
    return blocks;
  }

  /// @return null where no address is left
  @Nullable AddressLimits with(AddressSet set, boolean has, Work work) {
    AddressLimits next =
        has
            ? new AddressLimits(plus(in, set), out, is, isNot)
            : new AddressLimits(in, plus(out, set), is, isNot);
    return next.isImpossible(work) ? null : next;
  }

  /// @return null where no address is left
  @Nullable AddressLimits with(AddressKind kind, boolean has, Work work) {
    AddressLimits next =
        has
            ? new AddressLimits(in, out, plus(is, kind), isNot)
            : new AddressLimits(in, out, is, plus(isNot, kind));
    return next.isImpossible(work) ? null : next;
  }

  private static <T> List<T> plus(List<T> list, T one) {
    List<T> more = new ArrayList<>(list);
    more.add(one);
    return more;
  }

  private static Set<AddressKind> plus(Set<AddressKind> set, AddressKind one) {
    Set<AddressKind> more = EnumSet.of(one);
    more.addAll(set);
    return more;
  }

  private boolean isImpossible(Work work) {
    boolean bothFamilies = is.contains(AddressKind.IPV4) && is.contains(AddressKind.IPV6);
    long uses = is.stream().filter(kind -> !isFamily(kind)).count();
    if (bothFamilies || uses > 1 || is.stream().anyMatch(isNot::contains)) {
      return true;
    }
    List<AddressSet> having = new ArrayList<>(in);
    is.stream().filter(BLOCKS::containsKey).map(BLOCKS::get).forEach(having::add);
    List<AddressSet> lacking = new ArrayList<>(out);
    if (is.contains(AddressKind.PUBLIC)) {
      lacking.addAll(BLOCKS.values());
      lacking.add(RESERVED_IPV4);
    }
    isNot.stream().filter(BLOCKS::containsKey).map(BLOCKS::get).forEach(lacking::add);
    return having.stream().anyMatch(set -> nothingLeft(set, having, lacking, work));
  }

  private static boolean isFamily(AddressKind kind) {
    return kind == AddressKind.IPV4 || kind == AddressKind.IPV6;
  }

  private boolean nothingLeft(
      AddressSet set, List<AddressSet> having, List<AddressSet> lacking, Work work) {
    long others =
        having.stream().mapToLong(AddressSet::size).sum()
            + lacking.stream().mapToLong(AddressSet::size).sum();
    if (!work.spend(set.size() * Math.max(1, others))) {
      return false;
    }
    return set.ranges().stream()
        .allMatch(range ->
            lacking.stream().anyMatch(each -> covers(each, range))
                || having.stream().anyMatch(each -> isApart(range, each))
                || (isNot.contains(AddressKind.PUBLIC) && isPublic(range)));
  }

  private static boolean covers(AddressSet set, AddressRange range) {
    return set.ranges().stream()
        .anyMatch(wide ->
            wide.prefixBits() <= range.prefixBits()
                && wide.contains(range.first())
                && (isIpv4(wide) || !isIpv4(range) || wide.prefixBits() == 0));
  }

  private static boolean isApart(AddressRange range, AddressSet set) {
    return set.ranges().stream().allMatch(other -> isApart(range, other));
  }

  private static boolean isApart(AddressRange a, AddressRange b) {
    if (overlap(a, b)) {
      return false;
    }
    return isIpv4(a) == isIpv4(b)
        || CARRYING.stream().noneMatch(each -> overlap(each, isIpv4(a) ? b : a));
  }

  /// Whether all of an IPv4 range is public.
  private static boolean isPublic(AddressRange range) {
    return isIpv4(range)
        && isApart(range, RESERVED_IPV4)
        && BLOCKS.values().stream()
            .noneMatch(block -> block.ranges().stream().anyMatch(other -> overlap(range, other)));
  }

  private static boolean overlap(AddressRange a, AddressRange b) {
    return a.contains(b.first()) || b.contains(a.first());
  }

  private static boolean isIpv4(AddressRange range) {
    return range.first().isIpv4() && range.prefixBits() >= 96;
  }

  /// The set of the addresses that equal this one.
  static AddressSet equalTo(Address address) {
    Address inside = address.embedded();
    return AddressSet.of(List.of(AddressRange.of(inside == null ? address : inside)));
  }
}
