package org.wormholes.transport.exit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A name server over TLS is read whole or not at all.
class SecureServerFuzzTest {
  private static final int INPUTS = 20_000;
  private static final List<String> SAMPLES =
      List.of(
          "tls://9.9.9.9:853",
          "tls://[2620:fe::fe]:853#dns.example",
          "https://9.9.9.9:443/dns-query#dns.example,sha256:" + "ab".repeat(32));

  @FuzzTest
  void readsAnyBytes(byte[] data) {
    read(new String(data, ISO_8859_1));
  }

  @Test
  void readsMutatedTexts() {
    Random random = new Random(11);
    for (int i = 0; i < INPUTS; i++) {
      StringBuilder text = new StringBuilder(SAMPLES.get(random.nextInt(SAMPLES.size())));
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(128));
      }
      read(text.toString());
    }
    for (String sample : SAMPLES) {
      assertThat(SecureServer.parse(sample).isHttps()).isEqualTo(sample.startsWith("https"));
    }
  }

  private static void read(String text) {
    try {
      SecureServer server = SecureServer.parse(text);
      assertThat(server.address().isUnresolved()).isFalse();
      assertThat(server.name()).isNotEmpty();
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageContaining("a name server");
    }
  }
}
