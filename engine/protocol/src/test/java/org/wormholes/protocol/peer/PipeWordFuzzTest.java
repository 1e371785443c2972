package org.wormholes.protocol.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// Cells of pipes, as written and as strangers may write them.
final class PipeWordFuzzTest {
  private static final NodeKey KEY = NodeKey.create(array -> Arrays.fill(array, (byte) 7));

  @Test
  void everyWordIsReadAsItWasWritten() throws WireException {
    for (PipeWord word :
        List.of(
            new PipeWord.ToNode(KEY.id()),
            new PipeWord.ToService(8_080),
            new PipeWord.Arrival(),
            new PipeWord.Opened(),
            new PipeWord.End())) {
      byte[] body = new byte[Cells.SMALL_BODY];
      PipeWord.write(word, body, 0);
      assertThat(PipeWord.read(body, 0, body.length)).isEqualTo(word);
    }
  }

  @Test
  void bytesStandBehindTheirHeadAndNothingOldBehindThem() throws WireException {
    for (boolean large : new boolean[] {false, true}) {
      byte[] body = new byte[Cells.body(large)];
      Arrays.fill(body, (byte) 9);
      PipeWord.beginData(body, 0, 5, large);
      assertThat(PipeWord.read(body, 0, body.length)).isEqualTo(new PipeWord.Data(3, 5));
      assertThat(Arrays.copyOfRange(body, 8, body.length)).containsOnly(0);
      PipeWord.beginData(body, 0, PipeWord.capacity(large), large);
      assertThat(PipeWord.read(body, 0, body.length))
          .isEqualTo(new PipeWord.Data(3, PipeWord.capacity(large)));
    }
  }

  @Test
  void whatIsTooLongOrUnknownIsRefused() {
    byte[] body = new byte[Cells.SMALL_BODY];
    body[0] = (byte) PipeWord.DATA;
    assertThatThrownBy(() -> PipeWord.read(body, 0, body.length))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("must be some");
    body[1] = (byte) 0xff;
    assertThatThrownBy(() -> PipeWord.read(body, 0, body.length))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("content must be 0..1517 bytes");
    body[0] = 3;
    body[1] = 0;
    assertThatThrownBy(() -> PipeWord.read(body, 0, body.length))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("112..117");
    body[0] = (byte) PipeWord.SERVICE;
    body[2] = 2;
    assertThatThrownBy(() -> PipeWord.read(body, 0, body.length))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("port");
  }

  @FuzzTest
  void anyBodyIsReadOrRefused(byte[] bytes) {
    byte[] body = Arrays.copyOf(bytes, Cells.SMALL_BODY);
    try {
      PipeWord word = PipeWord.read(body, 0, body.length);
      if (word instanceof PipeWord.Data(int offset, int length)) {
        assertThat(offset + length).isLessThanOrEqualTo(body.length);
      }
    } catch (WireException refused) {
      // The one declared outcome for anything else.
    }
  }
}
