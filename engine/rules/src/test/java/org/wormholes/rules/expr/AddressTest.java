package org.wormholes.rules.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "::ffff:192.0.2.1, 192.0.2.1",
    "64:ff9b::192.0.2.1, 64:ff9b::c000:201",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "fe80::, fe80::"
  })
  void readsLiteralsAndWritesThemPlainly(String text, String plain) {
    assertThat(Address.parse(text).orElseThrow()).hasToString(plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "127.1", "0x7f.0.0.1", "2130706433",
        "1.2.3.4 ", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::",
        "1:2:3:4:5:6:7:8::", "::1%eth0", "1.2.3.4::", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "1:"
      })
  void refusesEverythingElse(String text) {
    assertThat(Address.parse(text)).isEmpty();
  }

  @Test
  void readsBackWhatItWrites() {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 20_000; i++) {
      long mask = -1L << random.nextInt(64);
      Address address =
          i % 2 == 0
              ? Address.ofIpv4(random.nextInt())
              : new Address(random.nextLong() & mask, random.nextLong() & ~mask);
      assertThat(Address.parse(address.toString())).as("%s", address).contains(address);
      assertThat(Address.of(address.bytes())).isEqualTo(address);
      assertThat(Host.isPlain(address.toString())).as("%s", address).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, UNSPECIFIED",
    "0.1.2.3, UNSPECIFIED",
    "10.255.0.1, PRIVATE",
    "100.63.0.1, PUBLIC",
    "100.64.0.1, SHARED",
    "100.127.255.255, SHARED",
    "100.128.0.0, PUBLIC",
    "127.9.9.9, LOOPBACK",
    "169.254.169.254, LINK_LOCAL",
    "172.15.0.1, PUBLIC",
    "172.16.0.1, PRIVATE",
    "172.31.255.255, PRIVATE",
    "172.32.0.1, PUBLIC",
    "192.0.0.8, RESERVED",
    "192.0.2.1, DOCUMENTATION",
    "192.88.99.1, RESERVED",
    "192.168.1.1, PRIVATE",
    "198.18.0.1, RESERVED",
    "198.19.255.1, RESERVED",
    "198.20.0.1, PUBLIC",
    "198.51.100.7, DOCUMENTATION",
    "203.0.113.9, DOCUMENTATION",
    "203.0.114.1, PUBLIC",
    "224.0.0.1, MULTICAST",
    "240.0.0.1, RESERVED",
    "255.255.255.255, RESERVED",
    "8.8.8.8, PUBLIC",
    "::, UNSPECIFIED",
    "::1, LOOPBACK",
    "::ffff:10.0.0.1, PRIVATE",
    "::127.0.0.1, LOOPBACK",
    "64:ff9b::10.0.0.1, PRIVATE",
    "64:ff9b::8.8.8.8, PUBLIC",
    "64:ff9b:1::1, RESERVED",
    "2002:7f00:1::, LOOPBACK",
    "2002:0808:0808::1, PUBLIC",
    "2001::1, RESERVED",
    "2001:1ff::1, RESERVED",
    "2001:200::1, PUBLIC",
    "2001:db8::1, DOCUMENTATION",
    "3fff:fff::1, DOCUMENTATION",
    "3fff:1000::1, PUBLIC",
    "fc00::1, PRIVATE",
    "fdff::1, PRIVATE",
    "fe80::1, LINK_LOCAL",
    "febf::1, LINK_LOCAL",
    "fec0::1, PRIVATE",
    "ff02::1, MULTICAST",
    "100::1, RESERVED",
    "5f00::1, RESERVED",
    "2606:4700::1111, PUBLIC"
  })
  void knowsWhatAnAddressIsFor(String text, AddressKind kind) {
    Address address = Address.parse(text).orElseThrow();
    assertThat(AddressKind.of(address)).isEqualTo(kind);
    assertThat(kind.has(address)).isTrue();
    assertThat(kind.has(null)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"::0", "0::", "2001:DB8::1", "::ffff:1.2.3.4", "1:0:0:0:1::", "01::", "[::1]"})
  void knowsLiteralsInOtherSpellings(String text) {
    assertThat(Host.isPlain(text)).isFalse();
  }

  @Test
  void aRangeStartsAtItsFirstAddress() {
    assertThat(AddressRange.parse("10.0.0.0/8").orElseThrow().last()).hasToString("10.255.255.255");
    assertThat(AddressRange.parse("2001:db8::/33").orElseThrow().last())
        .hasToString("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff");
    assertThat(AddressRange.parse("10.0.0.0/33")).isEmpty();
    assertThat(AddressRange.parse("10.0.0.0/08")).isEmpty();
    assertThatThrownBy(() -> AddressRange.parse("10.0.0.1/8"))
        .hasMessage("10.0.0.1 has bits beyond its prefix; it starts at 10.0.0.0");
  }

  @ParameterizedTest
  @CsvSource({
    "Example.ORG, example.org",
    "example.org., example.org",
    "[::1], ::1",
    "127.0.0.1., 127.0.0.1",
    "::FFFF:1.2.3.4, 1.2.3.4",
    "a_b-c.d0, a_b-c.d0",
    "xn--bcher-kva.example, xn--bcher-kva.example"
  })
  void readsHosts(String text, String plain) {
    assertThat(Host.parse(text).orElseThrow().text()).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "a..b", ".a", "127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1",
        "1.2.3.4.5", "a.0x", "a.1", "bücher.example", "a b", "a/b", "[a]", "[1.2.3.4]", "a.."
      })
  void refusesHostsThatAResolverMightReadAsAddresses(String text) {
    assertThat(Host.parse(text)).isEmpty();
  }
}
