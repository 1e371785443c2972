package org.wormholes.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustAnchorTest {
  private static final String DIGEST = "0123456789ABCDEF".repeat(4);
  private static final String PLAIN = "corp.example. DS 12345 13 2 " + DIGEST;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "corp.example. DS 12345 13 2 ",
        "Corp.Example. IN DS 12345 13 2 ",
        "corp.example 3600 IN DS 12345 13 2 ",
        "  corp.example.\t3600\tIN\tDS\t12345 13 2 ",
        "corp.example. 60 ds 12345 13 2 "
      })
  void readsWhatZoneFilesHave(String before) {
    assertThat(TrustAnchor.parse(before + DIGEST)).hasToString("Optional[" + PLAIN + "]");
    assertThat(TrustAnchor.parse(before + DIGEST.toLowerCase(java.util.Locale.ROOT)))
        .hasToString("Optional[" + PLAIN + "]");
    String parted = DIGEST.substring(0, 56) + " " + DIGEST.substring(56);
    assertThat(TrustAnchor.parse(before + parted)).hasToString("Optional[" + PLAIN + "]");
  }

  @Test
  void theRootHasNoName() {
    TrustAnchor root = TrustAnchor.parse(". IN DS 1 8 4 " + "AB".repeat(48)).orElseThrow();
    assertThat(root.zone()).isEmpty();
    assertThat(TrustAnchor.parse(root.toString())).contains(root);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "corp.example.",
        "DS 12345 13 2 0F1E",
        "corp.example. DS 12345 13 2",
        "corp.example. DS 12345 13 2 0F1E",
        "corp.example. DS 65536 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "corp.example. DS 1 5 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "corp.example. DS 1 13 1 0123456789ABCDEF0123456789ABCDEF01234567",
        "corp.example. DS 1 13 4 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "corp.example. DNSKEY 257 3 13 AAAA",
        "192.0.2.1 DS 1 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "a..b. DS 1 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
        "corp.example. CH DS 1 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
      })
  void refusesWhatCannotBeChecked(String text) {
    assertThat(TrustAnchor.parse(text)).isEmpty();
  }

  @Test
  void whatIsReadIsItsOwnPlainForm() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = PLAIN.getBytes(ISO_8859_1);
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      String text = new String(bytes, ISO_8859_1);
      Optional<TrustAnchor> anchor = TrustAnchor.parse(text);
      anchor.ifPresent(it -> assertThat(TrustAnchor.parse(it.toString())).contains(it));
    }
  }

  @Test
  void thereIsALimit() {
    List<TrustAnchor> many =
        IntStream.rangeClosed(0, Dnssec.MAX_ANCHORS)
            .mapToObj(tag -> new TrustAnchor("example", tag, 13, 2, DIGEST))
            .toList();
    assertThat(new Dnssec(many.subList(1, many.size())).anchors()).hasSize(Dnssec.MAX_ANCHORS);
    assertThatThrownBy(() -> new Dnssec(many)).hasMessageContaining("32 trust anchors");
    assertThatThrownBy(() -> new Dnssec(List.of(many.getFirst(), many.getFirst())))
        .hasMessageContaining("twice");
  }
}
