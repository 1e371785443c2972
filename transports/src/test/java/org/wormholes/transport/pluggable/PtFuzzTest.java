package org.wormholes.transport.pluggable;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.transport.socket.HostPort;

/// Whatever a program says is understood, refused or passed over, and addresses and arguments come
/// back as they were written.
class PtFuzzTest {
  private static final int INPUTS = 20_000;
  private static final List<String> SEEDS =
      List.of(
          "CMETHOD obfs4 socks5 127.0.0.1:4711",
          "SMETHOD obfs4 0.0.0.0:443 ARGS:cert=a+/b,iat-mode=0",
          "SMETHOD-ERROR obfs4 no such transport",
          "VERSION 1",
          "ENV-ERROR no TOR_PT_STATE_LOCATION");

  @FuzzTest
  void takesAnything(byte[] data) {
    take(new String(data, ISO_8859_1));
  }

  private static InetSocketAddress at(String host, int port) {
    return new HostPort(host, port).literal().orElseThrow();
  }

  private static void take(String text) {
    assertThat(PtLine.parse(text)).isNotNull();
    PtArguments.parse(text, ',')
        .ifPresent(
            it -> assertThat(PtArguments.parse(PtArguments.format(it, ';'), ';')).contains(it));
    PtAddress.parse(text).ifPresent(it -> assertThat(PtAddress.parse(it.toString())).contains(it));
  }

  @Test
  void takesMutatedLines() {
    for (int i = 0; i < INPUTS; i++) {
      Random random = new Random(i);
      StringBuilder line = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
      for (int k = random.nextInt(4); k > 0; k--) {
        line.setCharAt(random.nextInt(line.length()), (char) random.nextInt(256));
      }
      line.setLength(random.nextInt(4) == 0 ? random.nextInt(line.length()) : line.length());
      try {
        take(line.toString());
      } catch (RuntimeException | AssertionError bug) {
        throw new AssertionError("seed " + i + ": " + line, bug);
      }
    }
  }

  @Test
  void readsWhatProgramsSay() {
    assertThat(PtLine.parse("CMETHOD obfs4 socks5 127.0.0.1:4711"))
        .isEqualTo(new PtLine.Client("obfs4", at("127.0.0.1", 4711)));
    assertThat(PtLine.parse("SMETHOD obfs4 0.0.0.0:443 ARGS:cert=a+/b\\,c,iat-mode=0"))
        .isEqualTo(
            new PtLine.Server(
                "obfs4", at("0.0.0.0", 443), Map.of("cert", "a+/b,c", "iat-mode", "0")));
    assertThat(PtLine.parse("SMETHOD trebuchet 127.0.0.1:1"))
        .isEqualTo(new PtLine.Server("trebuchet", at("127.0.0.1", 1), Map.of()));
    for (String wrong :
        List.of(
            "VERSION 2",
            "VERSION-ERROR no-version",
            "CMETHOD obfs4 socks4 127.0.0.1:1",
            "CMETHOD obfs4 socks5 203.0.113.5:1",
            "CMETHOD obfs4 socks5 localhost:1",
            "CMETHOD obfs4",
            "SMETHOD obfs4 127.0.0.1:0",
            "SMETHOD obfs4 127.0.0.1:1 ARGS:=",
            "x".repeat(5_000))) {
      assertThat(PtLine.parse(wrong)).as(wrong).isInstanceOf(PtLine.Failed.class);
    }
    for (String other : List.of("", "VERSION 1", "CMETHODS DONE", "LOG SEVERITY=debug", "PT?")) {
      assertThat(PtLine.parse(other)).as(other).isEqualTo(new PtLine.Other());
    }
  }

  @Test
  void longArgumentsFillThePasswordToo() {
    var brief = PtCarrier.credentials(Map.of("a", "1;2"));
    assertThat(brief.user()).isEqualTo("a=1\\;2");
    assertThat(brief.password()).isEqualTo("\0");
    var lengthy = PtCarrier.credentials(Map.of("cert", "x".repeat(300)));
    assertThat(lengthy.user()).hasSize(255);
    assertThat(lengthy.user() + lengthy.password()).isEqualTo("cert=" + "x".repeat(300));
    assertThat(PtCarrier.credentials(Map.of()).user()).isEmpty();
  }
}
