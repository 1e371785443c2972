package org.wormholes.protocol.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

final class RingMessageTest {
  private static final Bytes RING = filled(7);

  @Test
  void isAsWrittenDown() throws Exception {
    List<String> lines = messages().stream().map(message -> message.encode(RING).hex()).toList();
    String written = "id " + peer(1).id().hex() + "\n" + String.join("\n", lines) + "\n";
    String golden = System.getProperty("golden.folder");
    if (golden != null) {
      Path file = Path.of(golden, "ring", "messages.txt");
      Files.createDirectories(file.getParent());
      Files.writeString(file, written);
    }
    assertThat(written).isEqualTo(read());
    for (RingMessage message : messages()) {
      assertThat(RingMessage.decode(RING, message.encode(RING))).isEqualTo(message);
    }
  }

  @Test
  void refusesAnotherRingAndMembersThatStandTwice() {
    Bytes other = new RingMessage.Notify().encode(filled(8));
    assertThatThrownBy(() -> RingMessage.decode(RING, other))
        .isInstanceOf(WireException.class)
        .hasMessage("message of another ring");
    Bytes twice = new RingMessage.Closer(1, true, List.of(peer(1), peer(1))).encode(RING);
    assertThatThrownBy(() -> RingMessage.decode(RING, twice))
        .isInstanceOf(WireException.class)
        .hasMessage("member twice in a list");
  }

  private static List<RingMessage> messages() {
    return List.of(
        new RingMessage.Ask(1),
        new RingMessage.Neighbours(2, Optional.of(peer(1)), List.of(peer(2), peer(3))),
        new RingMessage.Neighbours(3, Optional.empty(), List.of()),
        new RingMessage.Notify(),
        new RingMessage.Find(4, peer(1).id()),
        new RingMessage.Closer(5, true, List.of(peer(1))),
        new RingMessage.Closer(6, false, List.of(peer(3), peer(2))),
        new RingMessage.Leaving(),
        cast());
  }

  private static RingMessage cast() {
    return new Casts(RING, peer(1))
        .begin(
            NodeKey.ofSeed(filled(1).toArray()),
            Bytes.of("good morning".getBytes(StandardCharsets.UTF_8)),
            List.of(peer(2)),
            Instant.ofEpochMilli(1_750_000_000_000L))
        .sends()
        .getFirst()
        .message();
  }

  private static String read() throws IOException {
    return Files.readString(Path.of("../../spec/vectors/ring/messages.txt"));
  }

  private static RingPeer peer(int seed) {
    return RingPeer.of(RING, NodeKey.ofSeed(filled(seed).toArray()).id());
  }

  private static Bytes filled(int value) {
    byte[] bytes = new byte[RingId.BYTES];
    Arrays.fill(bytes, (byte) value);
    return Bytes.of(bytes);
  }
}
