package org.wormholes.runtime.sniff;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.expr.Host;

/// Whatever a client says is kept as it is, and gives plain names or none.
final class FirstWordsFuzzTest {
  private static Names hears(byte[] said, int piece) {
    FirstWords words = new FirstWords();
    for (int at = 0; at < said.length; at += piece) {
      words.hear(ByteBuffer.wrap(said, at, Math.min(piece, said.length - at)));
    }
    assertThat(words.bytes()).isEqualTo(said);
    Names names = words.names();
    assertThat(names.sni().isEmpty() || Host.isName(names.sni())).isTrue();
    assertThat(names.httpHost().isEmpty() || Host.isPlain(names.httpHost())).isTrue();
    return names;
  }

  @FuzzTest
  void anyBytes(byte[] said) {
    hears(said, Math.max(1, said.length / 3));
  }

  @Test
  void beginningsThatAreAlmostRight() {
    List<byte[]> good =
        List.of(
            Hello.to("www.example.org").bytes(),
            Hello.to("a.b").withGrease().inRecordsOf(30).bytes(),
            "POST /x HTTP/1.1\r\nA: b\r\nHost: example.org:80\r\n\r\nbody"
                .getBytes(StandardCharsets.ISO_8859_1));
    Random random = new Random(7);
    int named = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] said = good.get(random.nextInt(good.size())).clone();
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        said[random.nextInt(said.length)] = (byte) random.nextInt();
      }
      Names names = hears(said, 1 + random.nextInt(said.length));
      named += names.equals(Names.NONE) ? 0 : 1;
    }
    assertThat(named).as("seed 7").isBetween(50_000, 99_000);
  }
}
