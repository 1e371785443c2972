package org.wormholes.transport.tor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {
  private final ReplyReader reader = new ReplyReader();

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsLinesDataAndWhatFollows() throws TorException {
    ByteBuffer in =
        bytes(
            "250-version=0.4.9\r\n"
                + "250+circuit-status=\r\n"
                + "1 BUILT\r\n"
                + "..dot\r\n"
                + ".\r\n"
                + "250 OK\r\n"
                + "650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=45 SUMMARY=\"Asking"
                + " \\\"it\\\"\"\r\n");
    ControlReply reply = reader.take(in).orElseThrow();
    assertThat(reply.ok()).isTrue();
    assertThat(reply.value("version")).contains("0.4.9");
    assertThat(reply.value("circuit-status")).contains("1 BUILT\n.dot");
    assertThat(reply.value("other")).isEmpty();
    ControlReply event = reader.take(in).orElseThrow();
    assertThat(event.isEvent()).isTrue();
    assertThat(Words.named(event.text()))
        .containsEntry("PROGRESS", "45")
        .containsEntry("SUMMARY", "Asking \"it\"");
    assertThat(reader.take(in)).isEmpty();
  }

  @Test
  void waitsForTheRestOfAReply() throws TorException {
    for (char c : "250-a=1\r\n250 OK\r".toCharArray()) {
      assertThat(reader.take(bytes(String.valueOf(c)))).isEmpty();
    }
    assertThat(reader.take(bytes("\n")).map(ControlReply::code)).isEqualTo(Optional.of(250));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 400 Bad\r\n", "25\r\n", "250*x\r\n", "950 x\r\n", "\r\n"})
  void whatIsNoReplyIsAnError(String text) {
    assertThatThrownBy(() -> reader.take(bytes(text)))
        .isInstanceOf(TorException.class)
        .hasMessageStartingWith("what answers is no control port of tor: ");
  }

  @Test
  void aReplyKeepsOneStatus() {
    assertThatThrownBy(() -> reader.take(bytes("250-a=1\r\n510 no\r\n")))
        .isInstanceOf(TorException.class);
  }

  @Test
  void aReplyIsBounded() {
    assertThatThrownBy(
            () -> {
              while (true) {
                assertThat(reader.take(bytes("250-" + "x".repeat(500) + "\r\n"))).isEmpty();
              }
            })
        .isInstanceOf(TorException.class)
        .hasMessageContaining("65536");
  }

  @Test
  void quotesAndTakesThemAway() {
    assertThat(Words.quoted("a \"b\" \\c")).isEqualTo("\"a \\\"b\\\" \\\\c\"");
    assertThat(Words.unquoted(Words.quoted("a \"b\" \\c"))).isEqualTo("a \"b\" \\c");
    assertThat(Words.unquoted("\"a\\040b\\n\"")).isEqualTo("a b\n");
    assertThatThrownBy(() -> Words.quoted("a\r\nQUIT"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
