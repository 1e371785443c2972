package org.wormholes.protocol.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.wire.WireException;

final class HostTest {
  @Test
  void readsAddressesAndNames() {
    assertThat(Host.parse("192.0.2.1")).isEqualTo(new Host.Ip4(0xc0000201));
    assertThat(Host.parse("[2001:DB8::1]")).isEqualTo(new Host.Ip6(0x20010db8_00000000L, 1));
    assertThat(Host.parse("::")).isEqualTo(new Host.Ip6(0, 0));
    assertThat(Host.parse("::ffff:192.0.2.1")).isEqualTo(new Host.Ip6(0, 0xffff_c000_0201L));
    assertThat(Host.parse("Example.ORG.")).isEqualTo(new Host.Name("example.org"));
    assertThat(Host.parse("_dmarc.xn--bcher-kva.example").text())
        .isEqualTo("_dmarc.xn--bcher-kva.example");
    assertThat(Host.parse("1.2.3.4.example").text()).isEqualTo("1.2.3.4.example");
  }

  @Test
  void refusesWhatTwoReadersMightReadInTwoWays() {
    for (String text :
        List.of(
            "",
            ".",
            "a..b",
            "127.1",
            "0177.0.0.1",
            "256.0.0.1",
            "1.2.3",
            "0x7f.1",
            "2130706433",
            "fe80::1%eth0",
            "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "::12345",
            "a b",
            "ex\u00e4mple.org",
            "a".repeat(64),
            "a.".repeat(127) + "b")) {
      assertThatThrownBy(() -> Host.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void everyAddressReadsBackFromItsText() {
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      Host.Ip4 ip4 = new Host.Ip4(random.nextInt());
      Host.Ip6 ip6 = new Host.Ip6(random.nextLong(), random.nextLong());
      assertThat(Host.parse(ip4.text())).isEqualTo(ip4);
      assertThat(Host.parse(ip6.text())).isEqualTo(ip6);
      assertThat(Host.of(ip4.bytes())).isEqualTo(ip4);
      assertThat(Host.of(ip6.bytes())).isEqualTo(ip6);
    }
  }

  @Test
  void everyTargetReadsBackFromItsBytes() throws WireException {
    Random random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      Host host =
          switch (random.nextInt(3)) {
            case 0 -> new Host.Ip4(random.nextInt());
            case 1 -> new Host.Ip6(random.nextLong(), random.nextLong());
            default -> new Host.Name("a".repeat(1 + random.nextInt(63)) + ".example");
          };
      Target target = new Target(host, 1 + random.nextInt(65_535));
      byte[] bytes = new byte[300];
      int end = TargetCodec.write(target, bytes, 10);
      assertThat(end - 10).isEqualTo(TargetCodec.length(target));
      assertThat(TargetCodec.measure(bytes, 10, 290)).isEqualTo(end - 10);
      assertThat(TargetCodec.read(bytes, 10, end - 10)).isEqualTo(target);
    }
  }

  @Test
  void doesNotPrintWhereAStreamGoes() {
    assertThat(Target.of("example.org", 443).toString()).doesNotContain("example");
    assertThat(Target.of("::1", 443).text()).isEqualTo("[0:0:0:0:0:0:0:1]:443");
  }
}
