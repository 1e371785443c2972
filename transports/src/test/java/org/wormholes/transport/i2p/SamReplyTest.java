package org.wormholes.transport.i2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.transport.i2p.SamException.Cause;

class SamReplyTest {
  @Test
  void readsPairsInAnyOrderQuotedOrBare() throws SamException {
    SamReply reply =
        SamReply.parse(
            "NAMING REPLY  MESSAGE=\"a \\\"b\\\" \\\\ c=d\" NAME=x.i2p EMPTY RESULT=OK V=");
    assertThat(reply.is("NAMING", "REPLY")).isTrue();
    assertThat(reply.ok()).isTrue();
    assertThat(reply.values())
        .isEqualTo(
            Map.of(
                "MESSAGE",
                "a \"b\" \\ c=d",
                "NAME",
                "x.i2p",
                "EMPTY",
                "",
                "RESULT",
                "OK",
                "V",
                ""));
  }

  /// Base64 of I2P ends in `=`, unquoted.
  @Test
  void keepsTheEqualSignsOfAKey() throws SamException {
    assertThat(SamReply.parse("DEST REPLY PUB=ab-~== PRIV=c=").value("PUB")).contains("ab-~==");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "HELLO", "hello reply", "HELLO REPLY =x", "A B C=\"open", "A B \u0000=1", " "})
  void refusesWhatIsNoReply(String line) {
    assertThatThrownBy(() -> SamReply.parse(line))
        .isInstanceOf(SamException.class)
        .hasMessageStartingWith("the I2P router does not speak SAM: ");
  }

  @Test
  void boundsTheNumberOfPairs() {
    String line = "A B" + " K=1".repeat(SamReply.MAX_PAIRS + 1);
    assertThatThrownBy(() -> SamReply.parse(line)).hasMessageContaining("more than 64 pairs");
  }

  @ParameterizedTest
  @CsvSource({
    "STREAM STATUS RESULT=CANT_REACH_PEER, UNREACHABLE",
    "STREAM STATUS RESULT=TIMEOUT, TIMED_OUT",
    "STREAM STATUS RESULT=INVALID_ID, NO_SESSION",
    "STREAM STATUS RESULT=INVALID_KEY, UNKNOWN_NAME",
    "SESSION STATUS RESULT=INVALID_KEY, KEY",
    "SESSION STATUS RESULT=DUPLICATED_DEST, KEY",
    "NAMING REPLY RESULT=KEY_NOT_FOUND, UNKNOWN_NAME",
    "STREAM STATUS RESULT=I2P_ERROR, REFUSED",
    "HELLO REPLY RESULT=NOVERSION, VERSION",
    "STREAM STATUS RESULT=WHAT, PROTOCOL",
    "STREAM STATUS, PROTOCOL",
  })
  void saysWhatWentWrong(String line, Cause cause) throws SamException {
    assertThat(SamReply.parse(line).failure("reach it").why()).isEqualTo(cause);
  }

  @Test
  void showsTheRoutersWordsWithoutControlCharacters() throws SamException {
    SamException failure =
        SamReply.parse("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"no\u001b[31m way\"")
            .failure("reach it");
    assertThat(failure)
        .hasMessage("could not reach it: the I2P router answered I2P_ERROR: no?[31m way");
  }

  @Test
  void showsNoKeys() throws SamException {
    assertThat(SamReply.parse("SESSION STATUS RESULT=OK DESTINATION=secret"))
        .hasToString("SESSION STATUS OK");
  }

  @Test
  void cutsLinesWhereverTheyArrive() throws SamException {
    LineReader reader = new LineReader();
    assertThat(reader.take(bytes("HEL"))).isEmpty();
    ByteBuffer rest = bytes("LO\r\nmore\nend");
    assertThat(reader.take(rest)).contains("HELLO");
    assertThat(reader.take(rest)).contains("more");
    assertThat(reader.take(rest)).isEmpty();
  }

  @Test
  void refusesALineThatDoesNotEnd() throws SamException {
    LineReader reader = new LineReader();
    assertThat(reader.take(bytes("x".repeat(LineReader.MAX_LINE)))).isEmpty();
    assertThatThrownBy(() -> reader.take(bytes("x"))).hasMessageContaining("more than 16384 bytes");
  }

  /// The name that a router (i2pd 2.45) gives this destination: 384 bytes of keys, here zeroes, and
  /// the key certificate 5, length 4, EdDSA, ElGamal.
  @Test
  void namesADestinationByItsHash() {
    byte[] binary = new byte[391];
    binary[384] = 5;
    binary[386] = 4;
    binary[388] = 7;
    String base64 = Base64.getEncoder().encodeToString(binary).replace('+', '-').replace('/', '~');
    Optional<I2pName> name = I2pName.ofDestination(base64);
    assertThat(name.map(I2pName::text).orElse("")).matches("[a-z2-7]{52}\\.b32\\.i2p");
    assertThat(name.map(I2pName::isHash)).contains(true);
    // One byte more or less is another thing.
    assertThat(I2pName.ofDestination(base64.substring(4))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stats.i2p", "A.B.i2p", "x-y.i2p"})
  void takesNames(String name) {
    assertThat(I2pName.parse(name)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i2p",
        ".i2p",
        "a.com",
        "a..i2p",
        "-a.i2p",
        "a b.i2p",
        "a.i2p\nSTREAM",
        "a.i2p SILENT=true",
        "short.b32.i2p",
        "b32.i2p.",
        "\u00e4.i2p"
      })
  void refusesWhatIsNoName(String name) {
    assertThat(I2pName.parse(name)).isEmpty();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
