package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Golden;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// `spec/vectors/link-move.json`.
final class LinkMoveVectorsTest {
  @Test
  void movesAreThoseOfTheFile() throws WireException {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("document", "spec/protocol/link.md");
    file.put("draws", "the random 16 bytes of a side's message");
    file.put("cases", List.of(move(0), move(1), move(1_000)));
    Golden.check("link-move.json", file);
  }

  private static Map<String, Object> move(int attempt) throws WireException {
    Entropy entropy = new RepeatingEntropy("wormholes/vectors/link-move/" + attempt);
    byte[] first = entropy.bytes(32);
    byte[] second = entropy.bytes(32);
    LinkSession near = new LinkSession(true, null, Bytes.EMPTY, first, second);
    LinkSession far = new LinkSession(false, null, Bytes.EMPTY, second, first);
    near.ping(1);
    far.receive(ByteBuffer.wrap(Pair.flushed(near)), new Heard());
    byte[] nearDraws = entropy.bytes(16);
    byte[] farDraws = entropy.bytes(16);
    LinkMove initiator = LinkMove.of(near, attempt, RepeatingEntropy.of(nearDraws));
    LinkMove responder = LinkMove.of(far, attempt, RepeatingEntropy.of(farDraws));
    ByteArrayOutputStream one = new ByteArrayOutputStream();
    initiator.start(one::write);
    byte[] two = answer(responder, one.toByteArray());
    byte[] three = answer(initiator, two);
    answer(responder, three);
    assertThat(initiator.peerHeard()).isEqualTo(near.sent());
    assertThat(responder.peerHeard()).isZero();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("first_key", hex(first));
    fields.put("second_key", hex(second));
    fields.put("attempt", attempt);
    fields.put("heard_by_initiator", near.received());
    fields.put("heard_by_responder", far.received());
    fields.put("initiator_draws", hex(nearDraws));
    fields.put("responder_draws", hex(farDraws));
    fields.put("secret", hex(near.exposeMoveSecret()));
    fields.put("ticket", LinkMove.ticket(near, attempt).hex());
    fields.put("message_1", hex(one.toByteArray()));
    fields.put("message_2", hex(two));
    fields.put("message_3", hex(three));
    return fields;
  }

  private static String hex(byte[] bytes) {
    return Bytes.of(bytes).hex();
  }

  private static byte[] answer(LinkMove side, byte[] message) throws WireException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    side.receive(ByteBuffer.wrap(message), out::write);
    return out.toByteArray();
  }
}
