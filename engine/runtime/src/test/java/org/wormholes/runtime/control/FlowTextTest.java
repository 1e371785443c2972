package org.wormholes.runtime.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.rules.FlowSample;

class FlowTextTest {
  private static final LocalDateTime SUNDAY_MORNING = LocalDateTime.of(2026, 1, 4, 9, 30, 5);

  @ParameterizedTest
  @CsvSource({
    "https://example.org, example.org:443/tcp",
    "HTTPS://Example.ORG/a/b?c#d, example.org:443/tcp",
    "http://user:word@example.org:8080/x, example.org:8080/tcp",
    "example.org, example.org:443/tcp",
    "example.org:22, example.org:22/tcp",
    "ssh://example.org, example.org:22/tcp",
    "10.0.0.1:22, 10.0.0.1:22/tcp",
    "udp://1.1.1.1:53, 1.1.1.1:53/udp",
    "dns://1.1.1.1, 1.1.1.1:53/udp",
    "[2001:db8::1]:8443, [2001:db8::1]:8443/tcp",
    "https://[2001:db8::1]/, [2001:db8::1]:443/tcp",
    "2001:db8::1, [2001:db8::1]:443/tcp",
    "tcp://example.org:9, example.org:9/tcp",
  })
  void readsAFlowAsPeopleWriteIt(String text, String plain) {
    assertThat(FlowText.of(FlowText.parse(text, "", "", SUNDAY_MORNING))).isEqualTo(plain);
  }

  @Test
  void startsTheFlowWhenTold() {
    FlowSample flow = FlowText.parse("example.org", "ann", "web", SUNDAY_MORNING);

    assertThat(flow.secondOfDay()).isEqualTo(9 * 3600 + 30 * 60 + 5);
    assertThat(flow.weekday()).isEqualTo(DayOfWeek.SUNDAY);
    assertThat(flow.user()).isEqualTo("ann");
    assertThat(flow.entry()).isEqualTo("web");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "://",
        "http://",
        "a b:80",
        "example.org:0",
        "example.org:65536",
        "example.org:x",
        "example.org:",
        "127.1:80",
        "udp://example.org",
        "[2001:db8::1",
        "https://0x7f.1/"
      })
  void saysWhatAFlowLooksLike(String text) {
    assertThatThrownBy(() -> FlowText.parse(text, "", "", SUNDAY_MORNING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }
}
