package org.wormholes.rules.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.expr.QuantitySet.Span;

class MembersTest {
  @Test
  void aDomainHasItselfAndEverythingUnderIt() {
    DomainSet set = DomainSet.of("example.org", "Onion.", "*.ads.net", ".b.c");
    assertThat(set.contains("example.org")).isTrue();
    assertThat(set.contains("www.example.org")).isTrue();
    assertThat(set.contains("x.y.onion")).isTrue();
    assertThat(set.contains("ads.net")).isTrue();
    assertThat(set.contains("a.b.c")).isTrue();
    assertThat(set.contains("xexample.org")).isFalse();
    assertThat(set.contains("org")).isFalse();
    assertThat(set.contains("")).isFalse();
    assertThat(set.contains("example.org.evil")).isFalse();
    assertThat(DomainSet.of(List.of()).contains("a")).isFalse();
  }

  @Test
  void equalSetsOfDomainsAreEqualHoweverTheyWereWritten() {
    DomainSet set = DomainSet.of("a.org", "b.a.org", "a-b.org", "z.org", "org.a");
    assertThat(set).isEqualTo(DomainSet.of("z.org", "x.a.org", "a-b.org", "A.org.", "org.a"));
    assertThat(set.values()).containsExactly("org.a", "a.org", "a-b.org", "z.org");
    assertThat(DomainSet.ofBytes(set.bytes())).isEqualTo(set).hasSameHashCodeAs(set);
    assertThat(DomainSet.union(List.of(DomainSet.of("x.z.org"), set, DomainSet.of("q.net"))).size())
        .isEqualTo(5);
  }

  @Test
  void refusesBytesThatAreNotTheOneFormOfASet() {
    byte[] good = DomainSet.of("b.a", "c.a").bytes();
    assertThat(DomainSet.ofBytes(good).size()).isEqualTo(2);
    List<byte[]> bad =
        List.of(
            new byte[] {0},
            new byte[] {2, 'a'},
            new byte[] {1, 'A'},
            new byte[] {1, '.'},
            new byte[] {1, 'b', 1, 'a'},
            new byte[] {1, 'a', 1, 'a'},
            new byte[] {1, 'a', 3, 'a', 1, 'b'},
            new byte[] {3, 'a', 1, 1});
    for (byte[] bytes : bad) {
      assertThatThrownBy(() -> DomainSet.ofBytes(bytes))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void findsAmongManyDomainsWhatASearchFinds() {
    SplittableRandom random = new SplittableRandom(5);
    List<String> domains = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      domains.add(domain(random));
    }
    DomainSet set = DomainSet.of(domains);
    Set<String> names = new HashSet<>(domains);
    int found = 0;
    for (int i = 0; i < 50_000; i++) {
      String host = domain(random);
      boolean expected = isUnder(host, names);
      assertThat(set.contains(host)).as(host).isEqualTo(expected);
      found += expected ? 1 : 0;
    }
    assertThat(found).isBetween(1000, 49_000);
    assertThat(DomainSet.ofBytes(set.bytes().clone())).isEqualTo(set);
  }

  @Test
  void anIndexFindsTheFirstOfManySets() {
    SplittableRandom random = new SplittableRandom(6);
    List<DomainSet> sets = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      sets.add(DomainSet.of(domain(random), domain(random)));
    }
    DomainIndex index = DomainIndex.of(sets);
    for (int i = 0; i < 2000; i++) {
      String host = domain(random);
      int first = 0;
      while (first < sets.size() && !sets.get(first).contains(host)) {
        first++;
      }
      assertThat(index.lowest(host))
          .as(host)
          .isEqualTo(first == sets.size() ? DomainIndex.NONE : first);
    }
    assertThat(DomainIndex.of(List.of()).lowest("a.b")).isEqualTo(DomainIndex.NONE);
  }

  private static String domain(SplittableRandom random) {
    StringBuilder name = new StringBuilder();
    for (int labels = 1 + random.nextInt(3); labels > 0; labels--) {
      name.append((char) ('a' + random.nextInt(26))).append((char) ('a' + random.nextInt(26)));
      name.append(random.nextInt(4) == 0 ? "-x" : "").append('.');
    }
    return name.append(random.nextBoolean() ? "org" : "net").toString();
  }

  private static boolean isUnder(String host, Set<String> names) {
    for (String rest = host; ; rest = rest.substring(rest.indexOf('.') + 1)) {
      if (names.contains(rest)) {
        return true;
      }
      if (rest.indexOf('.') < 0) {
        return false;
      }
    }
  }

  @Test
  void findsAmongManyRangesWhatASearchFinds() {
    SplittableRandom random = new SplittableRandom(7);
    List<AddressRange> ranges = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      ranges.add(range(random));
    }
    AddressSet set = AddressSet.of(ranges);
    int found = 0;
    for (int i = 0; i < 5000; i++) {
      Address address = i % 2 == 0 ? address(random) : ranges.get(i % 2000).last();
      boolean expected = ranges.stream().anyMatch(range -> range.contains(address));
      assertThat(set.contains(address)).as("%s", address).isEqualTo(expected);
      found += expected ? 1 : 0;
    }
    assertThat(found).isBetween(2000, 4990);
    Collections.reverse(ranges);
    assertThat(AddressSet.of(ranges)).isEqualTo(set);
    assertThat(AddressSet.of(set.ranges())).isEqualTo(set);
  }

  private static AddressRange range(SplittableRandom random) {
    Address address = address(random);
    int prefix = (address.isIpv4() ? 110 : 20) + random.nextInt(19);
    return new AddressRange(AddressRange.masked(address, prefix), prefix);
  }

  private static Address address(SplittableRandom random) {
    return random.nextBoolean()
        ? Address.ofIpv4(0x0800_0000 | random.nextInt(1 << 26))
        : new Address(0x2600_0000_0000_0000L | random.nextLong(1L << 44), random.nextLong());
  }

  @Test
  void aRangeOfIpv4HasWhatLeadsThere() {
    AddressSet set = AddressSet.of("203.0.113.0/24", "2001:db8::/32");
    for (String inside :
        List.of(
            "203.0.113.7",
            "::ffff:203.0.113.7",
            "64:ff9b::203.0.113.7",
            "2002:cb00:7107::1",
            "2001:db8:1::")) {
      assertThat(set.contains(Address.parse(inside).orElseThrow())).as(inside).isTrue();
    }
    assertThat(set.contains(Address.parse("203.0.114.7").orElseThrow())).isFalse();
    assertThat(set.contains(null)).isFalse();
    assertThat(AddressSet.of("0.0.0.0/0").contains(Address.LOOPBACK_4)).isTrue();
    assertThat(AddressSet.of("::/0").contains(Address.LOOPBACK_4)).isTrue();
  }

  @Test
  void refusesRangesThatAreNotInTheOneForm() {
    byte[] none = {};
    long[] noLongs = {};
    assertThat(AddressSet.ofSorted(new int[] {0, 1 << 24}, new byte[] {8, 8}, noLongs, none).size())
        .isEqualTo(2);
    assertThatThrownBy(() -> AddressSet.ofSorted(new int[] {1}, new byte[] {8}, noLongs, none))
        .hasMessageContaining("plain");
    assertThatThrownBy(
            () -> AddressSet.ofSorted(new int[] {0, 0}, new byte[] {8, 9}, noLongs, none))
        .hasMessageContaining("apart");
    assertThatThrownBy(() ->
            AddressSet.ofSorted(new int[0], none, new long[] {2, 0, 1, 0}, new byte[] {64, 64}))
        .hasMessageContaining("order");
    assertThatThrownBy(() ->
            AddressSet.ofSorted(
                new int[0], none, new long[] {0, 0xffff_0000_0000L}, new byte[] {96}))
        .hasMessageContaining("plain");
  }

  @Test
  void amountsAreInTheirSpans() {
    QuantitySet set =
        QuantitySet.of(
            Type.NUMBER,
            List.of(
                new Span(8000, 8999, true),
                Span.of(80),
                Span.of(443),
                new Span(1, 5, false),
                new Span(4, 10, false)));
    assertThat(set.spans()).hasSize(4);
    for (double inside : new double[] {1, 4.5, 9.99, 80, 443, 8000, 8999}) {
      assertThat(set.contains(inside)).as("%s", inside).isTrue();
    }
    for (double outside : new double[] {0.9, 10, 81, 7999, 9000}) {
      assertThat(set.contains(outside)).as("%s", outside).isFalse();
    }
    assertThatThrownBy(() -> new Span(2, 2, false)).hasMessageContaining("empty");
    assertThatThrownBy(
            () -> QuantitySet.ofSorted(Type.NUMBER, List.of(new Span(1, 5, true), Span.of(5))))
        .hasMessageContaining("apart");
  }

  @Test
  void stringsAreComparedExactly() {
    TextSet set = TextSet.of("b", "a", "b");
    assertThat(set.size()).isEqualTo(2);
    assertThat(set.contains("a")).isTrue();
    assertThat(set.contains("A")).isFalse();
    assertThat(TextSet.of("é", "\uffff", "😀").values()).containsExactly("é", "\uffff", "😀");
    assertThat(TextSet.of("é", "\uffff", "😀").contains("😀")).isTrue();
    for (byte[] bytes :
        List.of(
            new byte[] {1},
            new byte[] {2, 0, 'a'},
            new byte[] {1, 0, 'b', 1, 0, 'a'},
            new byte[] {0, 0, 0, 0},
            new byte[] {1, 0, -1})) {
      assertThatThrownBy(() -> TextSet.ofBytes(bytes)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> TextSet.of("x".repeat(Expr.MAX_TEXT + 1)))
        .hasMessageContaining("1024");
    assertThat(TextSet.of("€".repeat(Expr.MAX_TEXT)).size()).isEqualTo(1);
  }
}
