package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.nio.ByteBuffer;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Whatever comes on a new connection moves no link.
final class LinkMoveFuzzTest {
  private static final byte[] KEY = new byte[32];

  @FuzzTest
  void nobodyElseMovesALink(boolean initiator, byte @NotNull [] said) {
    LinkSession session = new LinkSession(initiator, null, Bytes.EMPTY, KEY, KEY);
    LinkMove move = LinkMove.of(session, 0, new RepeatingEntropy("fuzz"));
    if (initiator) {
      move.start((array, offset, length) -> {});
    }
    try {
      move.receive(ByteBuffer.wrap(said), (array, offset, length) -> {});
    } catch (WireException e) {
      assertThat(e).hasMessageContaining("does not open");
    }
    assertThat(move.done()).isFalse();
  }
}
