package org.wormholes.runtime.sniff;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is read from the first bytes of a client.
final class FirstWordsTest {
  @Test
  void findsTheServerNameOfAClientHello() {
    assertThat(names(Hello.to("Www.Example.ORG").bytes()))
        .isEqualTo(new Names("www.example.org", ""));
  }

  @Test
  void findsTheNameHoweverTheBytesAreSplit() {
    byte[] hello = Hello.to("www.example.org").bytes();
    FirstWords words = new FirstWords();
    int heard = 0;
    while (words.hear(ByteBuffer.wrap(hello, heard, 1))) {
      heard++;
    }
    assertThat(words.names().sni()).isEqualTo("www.example.org");
    assertThat(words.bytes()).isEqualTo(java.util.Arrays.copyOf(hello, heard + 1));
  }

  @Test
  void findsTheNameHoweverTheHelloIsSplitOverRecords() {
    for (int record : new int[] {1, 3, 40, 100}) {
      assertThat(names(Hello.to("www.example.org").inRecordsOf(record).bytes()).sni())
          .as("records of %d", record)
          .isEqualTo("www.example.org");
    }
  }

  @Test
  void passesOverValuesThatMeanNothing() {
    assertThat(names(Hello.to("www.example.org").withGrease().bytes()).sni())
        .isEqualTo("www.example.org");
  }

  @Test
  void aHelloWithoutANameIsSettledWithoutOne() {
    FirstWords words = new FirstWords();
    assertThat(words.hear(ByteBuffer.wrap(Hello.nameless().bytes()))).isFalse();
    assertThat(words.names()).isEqualTo(Names.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "bad name", "2130706433", "", "[::1]"})
  void aServerNameThatIsNoNameIsNone(String name) {
    FirstWords words = new FirstWords();
    assertThat(words.hear(ByteBuffer.wrap(Hello.to(name).bytes()))).isFalse();
    assertThat(words.names()).isEqualTo(Names.NONE);
  }

  @Test
  void findsTheHostOfARequest() {
    String request = "GET /path HTTP/1.1\r\nAccept: */*\r\nhOsT:  Example.org:8080 \r\n\r\n";
    assertThat(names(request.getBytes(ISO_8859_1))).isEqualTo(new Names("", "example.org"));
    assertThat(names("GET / HTTP/1.1\nHost: [2001:db8::1]:80\n\n".getBytes(ISO_8859_1)).httpHost())
        .isEqualTo("2001:db8::1");
  }

  @Test
  void waitsForTheWholeLineOfTheHost() {
    FirstWords words = new FirstWords();
    assertThat(words.hear(text("GET / HTTP/1.1\r\nHost: exam"))).isTrue();
    assertThat(words.hear(text("ple.org\r"))).isTrue();
    assertThat(words.hear(text("\nX: y\r\n"))).isFalse();
    assertThat(words.names().httpHost()).isEqualTo("example.org");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n",
        "PRI * HTTP/2.0\r\n",
        "GET / NONSENSE\r\n",
        "get / HTTP/1.1\r\n",
        "\u0016\u0002\u0001",
        "\u0000"
      })
  void somethingElseIsSettledAtOnce(String beginning) {
    FirstWords words = new FirstWords();
    assertThat(words.hear(text(beginning))).isFalse();
    assertThat(words.names()).isEqualTo(Names.NONE);
  }

  @Test
  void givesUpWhenNoNameComes() {
    FirstWords words = new FirstWords();
    assertThat(words.hear(text("GET / HTTP/1.1\r\n"))).isTrue();
    assertThat(words.hear(text("X: " + "y".repeat(FirstWords.MAX_SEARCHED)))).isFalse();
    assertThat(words.names()).isEqualTo(Names.NONE);
    assertThat(words.hear(text("\r\nHost: late.example\r\n\r\n"))).isFalse();
    assertThat(words.names()).isEqualTo(Names.NONE);
    assertThat(new String(words.bytes(), ISO_8859_1)).endsWith("late.example\r\n\r\n");
  }

  private static Names names(byte[] bytes) {
    FirstWords words = new FirstWords();
    words.hear(ByteBuffer.wrap(bytes));
    return words.names();
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }
}
