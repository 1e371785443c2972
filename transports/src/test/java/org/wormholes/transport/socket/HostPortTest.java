package org.wormholes.transport.socket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @ParameterizedTest
  @CsvSource({
    "example.org:80, example.org, 80",
    "1.2.3.4:65535, 1.2.3.4, 65535",
    "[2001:db8::1]:443, 2001:db8::1, 443",
    "[::1]:0, ::1, 0",
    "0x7f.1:1, 0x7f.1, 1",
  })
  void readsAndWritesTheSame(String text, String host, int port) {
    HostPort parsed = HostPort.parse(text).orElseThrow();
    assertThat(parsed).isEqualTo(new HostPort(host, port));
    assertThat(parsed).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "a",
        "a:",
        ":1",
        "a:65536",
        "a:-1",
        "a:+1",
        "a:1x",
        "a:\u0661",
        "::1:80",
        "[::1]",
        "[::1:80",
        "[a]:80",
        "[]:80",
        "[fe80::1%lo]:80",
        "a b:80",
        "a@b:80",
        "a/b:80",
        "a:80:80",
        "a\n:80"
      })
  void refusesEverythingElse(String text) {
    assertThat(HostPort.parse(text)).isEmpty();
  }
}
