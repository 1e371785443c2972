package org.wormholes.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameServerTest {
  private static final String PIN = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "9.9.9.9, 9.9.9.9:53",
    "9.9.9.9:5353, 9.9.9.9:5353",
    "2620:FE::fe, [2620:fe::fe]:53",
    "[2620:fe::fe]:54, [2620:fe::fe]:54",
    "tls://9.9.9.9, tls://9.9.9.9:853",
    "tls://9.9.9.9#DNS.quad9.net, tls://9.9.9.9:853#dns.quad9.net",
    "tls://[2620:fe::fe]:99#dns.quad9.net, tls://[2620:fe::fe]:99#dns.quad9.net",
    "https://9.9.9.9, https://9.9.9.9:443/dns-query",
    "https://9.9.9.9:8443/q/x, https://9.9.9.9:8443/q/x",
    "https://9.9.9.9/q#dns.example, https://9.9.9.9:443/q#dns.example",
  })
  void readsWhatIsLeftOut(String text, String whole) {
    assertThat(NameServer.parse(text).map(NameServer::toString)).contains(whole);
    assertThat(NameServer.parse(whole).map(NameServer::toString)).contains(whole);
    assertThat(Resolve.ByServers.isServer(whole)).isTrue();
  }

  @Test
  void readsPins() {
    for (String who : List.of("#sha256:" + PIN, "#dns.example,sha256:" + PIN)) {
      NameServer server = NameServer.parse("tls://192.0.2.1:853" + who).orElseThrow();
      assertThat(server.pin()).isEqualTo(PIN);
      assertThat(server).hasToString("tls://192.0.2.1:853" + who);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dns.example",
        "tls://dns.example",
        "https://dns.example/dns-query",
        "9.9.9.9/dns-query",
        "9.9.9.9#dns.example",
        "tls://9.9.9.9/dns-query",
        "tls://2620:fe::fe",
        "[9.9.9.9]:53",
        "tls://9.9.9.9:0",
        "tls://9.9.9.9:65536",
        "tls://9.9.9.9#9.9.9.9",
        "tls://9.9.9.9#sha256:12",
        "tls://9.9.9.9#-a.example",
        "https://9.9.9.9/a b",
        "http://9.9.9.9/dns-query",
        "tls://127.1"
      })
  void refusesWhatIsNoServer(String text) {
    assertThat(NameServer.parse(text)).isEmpty();
  }

  @Test
  void readsMutatedTextsOrRefusesThem() {
    Random random = new Random(13);
    byte[] sample =
        ("https://9.9.9.9:443/dns-query#dns.example,sha256:" + PIN).getBytes(ISO_8859_1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = sample.clone();
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      Optional<NameServer> read = NameServer.parse(new String(bytes, ISO_8859_1));
      read.ifPresent(it -> assertThat(NameServer.parse(it.toString())).contains(it));
    }
  }
}
