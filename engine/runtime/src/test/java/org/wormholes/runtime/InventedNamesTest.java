package org.wormholes.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Entry;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressRange;

class InventedNamesTest {
  private static final AddressRange SMALL = AddressRange.parse("10.9.8.0/24").orElseThrow();

  private final AtomicLong clock = new AtomicLong(1);
  private final InventedNames names = new InventedNames(clock::get, bound -> bound - 1);

  private Address given(String name, AddressRange range) {
    return names.addressOf(name, range).orElseThrow();
  }

  @Test
  void aNameKeepsItsAddressAndTheAddressLeadsBack() {
    Address four = given("a.onion", Entry.Dns.ADDRESSES_4);
    Address six = given("a.onion", Entry.Dns.ADDRESSES_6);
    assertThat(Entry.Dns.ADDRESSES_4.contains(four)).isTrue();
    assertThat(Entry.Dns.ADDRESSES_6.contains(six)).isTrue();
    assertThat(given("a.onion", Entry.Dns.ADDRESSES_4)).isEqualTo(four);
    assertThat(names.nameOf(four, Entry.Dns.ADDRESSES_4)).contains("a.onion");
    assertThat(names.nameOf(six, Entry.Dns.ADDRESSES_6)).contains("a.onion");
    assertThat(names.nameOf(given("b.onion", SMALL), Entry.Dns.ADDRESSES_4)).isEmpty();
  }

  @Test
  void anAddressInUseIsNotGivenToAnotherName() {
    Set<Address> seen = new HashSet<>();
    for (int i = 0; i < 254; i++) {
      Address address = given("n" + i, SMALL);
      assertThat(SMALL.contains(address)).isTrue();
      assertThat(seen.add(address)).isTrue();
    }
    assertThat(seen).doesNotContain(SMALL.first(), SMALL.last());
    assertThat(names.addressOf("one.more", SMALL)).isEmpty();

    clock.addAndGet(InventedNames.KEPT.toNanos());
    Address first = given("n0", SMALL);
    assertThat(names.nameOf(given("n1", SMALL), SMALL)).contains("n1");
    Address free = given("one.more", SMALL);
    assertThat(free).isNotEqualTo(first);
    assertThat(names.nameOf(free, SMALL)).isEqualTo(Optional.of("one.more"));
    assertThat(names.nameOf(first, SMALL)).contains("n0");
  }

  @Test
  void holdsSoManyNamesAndNoMore() {
    for (int i = 0; i < InventedNames.MAX_NAMES; i++) {
      assertThat(names.addressOf("n" + i, Entry.Dns.ADDRESSES_4)).isPresent();
    }
    assertThat(names.addressOf("one.more", Entry.Dns.ADDRESSES_4)).isEmpty();
  }
}
