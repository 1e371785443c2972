package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.wormholes.protocol.Golden.hex;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.Golden;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.noise.CipherState;
import org.wormholes.protocol.noise.HandshakeState;
import org.wormholes.protocol.noise.NoiseProtocol;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// `spec/vectors/link.json`.
final class LinkVectorsTest {
  @Test
  void handshakesAndRecordsAreThoseOfTheFile() throws WireException {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("document", "spec/protocol/link.md");
    file.put(
        "draws",
        "initiator: its static key, 32, if it has no name; X25519 private key 32; ML-KEM seed 64."
            + " responder: X25519 private key 32; ML-KEM message 32");
    file.put("cases", List.of(link(true), link(false)));
    Golden.check("link.json", file);
  }

  private static Map<String, Object> link(boolean named) throws WireException {
    Entropy entropy = new RepeatingEntropy("wormholes/vectors/link/" + named);
    NodeKey server = NodeKey.create(entropy);
    NodeKey client = NodeKey.create(entropy);
    byte[] staticKey = named ? client.exposeAgreementKey() : entropy.bytes(32);
    byte[] initiatorDraws = entropy.bytes(32 + 64);
    byte[] responderDraws = entropy.bytes(32 + 32);
    LinkHandshake initiator =
        named
            ? LinkHandshake.initiator(client, server.id(), RepeatingEntropy.of(initiatorDraws))
            : LinkHandshake.initiator(server.id(), RepeatingEntropy.of(staticKey, initiatorDraws));
    LinkHandshake responder = LinkHandshake.responder(server, RepeatingEntropy.of(responderDraws));
    byte[] first = Pair.written(initiator);
    byte[] second = Pair.answer(responder, first);
    byte[] third = Pair.answer(initiator, second);
    Pair.answer(responder, third);
    byte[][] keys = keys(server, staticKey, initiatorDraws, first, second, third);

    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("protocol", LinkHandshake.PROTOCOL);
    fields.put("initiator_seed", named ? hex(client.exposeSeed()) : null);
    fields.put("responder_seed", hex(server.exposeSeed()));
    fields.put("initiator_draws", (named ? "" : hex(staticKey)) + hex(initiatorDraws));
    fields.put("responder_draws", hex(responderDraws));
    fields.put("message_1", hex(first));
    fields.put("message_2", hex(second));
    fields.put("message_3", hex(third));
    fields.put("binding", initiator.session().binding().hex());
    fields.put("key_of_initiator", hex(keys[0]));
    fields.put("key_of_responder", hex(keys[1]));
    fields.put("next_key_of_initiator", hex(Hkdf.expand(keys[0], Labels.LINK_REKEY, 32)));
    fields.put("records", records(initiator.session(), responder.session(), keys));
    return fields;
  }

  /// The same handshake through the Noise machine, to learn its keys.
  private static byte[][] keys(
      NodeKey server, byte[] staticKey, byte[] draws, byte[] first, byte[] second, byte[] third)
      throws WireException {
    HandshakeState state =
        new HandshakeState(
            NoiseProtocol.of(LinkHandshake.PROTOCOL),
            true,
            Labels.LINK,
            staticKey,
            server.id().agreementKey(),
            List.of(),
            RepeatingEntropy.of(draws));
    byte[] hello = new byte[32];
    hello[0] = 1;
    hello[1] = 1;
    assertThat(state.write(hello)).isEqualTo(first);
    state.read(second);
    state.write(new byte[64]);
    assertThat(third).hasSize(128);
    CipherState[] states = state.split();
    return new byte[][] {states[0].exposeKey(), states[1].exposeKey()};
  }

  private static List<Map<String, Object>> records(
      LinkSession initiator, LinkSession responder, byte[][] keys) throws WireException {
    List<Map<String, Object>> records = new ArrayList<>();
    int circuit = initiator.nextCircuitId();
    initiator.ping(0x0102030405060708L);
    initiator.padding(5);
    records.add(record(initiator, responder, keys[0], 0));
    fill(initiator, true, Cells.SETUP, circuit);
    records.add(record(initiator, responder, keys[0], 1));
    fill(initiator, false, Cells.RELAY, circuit);
    initiator.credit(circuit, 4_096);
    records.add(record(initiator, responder, keys[0], 2));
    responder.pong(0x0102030405060708L);
    responder.directory(new byte[] {1, 2, 3}, 0, 3);
    responder.destroy(circuit, LinkReason.UNREACHABLE);
    responder.close(LinkReason.SHUTTING_DOWN);
    records.add(record(responder, initiator, keys[1], 0));
    return records;
  }

  private static void fill(LinkSession session, boolean large, int command, int circuit) {
    int at = session.beginCell(large, command, circuit);
    for (int i = 0; i < Cells.body(large); i++) {
      session.array()[at + i] = (byte) (7 * i);
    }
  }

  private static Map<String, Object> record(
      LinkSession from, LinkSession to, byte[] key, int number) throws WireException {
    byte[] record = Pair.flushed(from);
    Heard heard = new Heard();
    to.receive(ByteBuffer.wrap(record), heard);
    byte[] plain = opened(record, key, number);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("from", from.initiator() ? "initiator" : "responder");
    fields.put("number", number);
    fields.put("frames", heard.frames.stream().map(LinkVectorsTest::words).toList());
    if (plain.length < 2_000) {
      fields.put("plaintext", hex(plain));
      fields.put("record", hex(record));
    } else {
      fields.put("plaintext", "a large cell whose body is the bytes 7·i mod 256");
      fields.put("record_sha256", Golden.digest(record));
    }
    return fields;
  }

  /// Without the test's own digest of a body.
  private static String words(String frame) {
    return frame.startsWith("large") || frame.startsWith("small") || frame.startsWith("directory")
        ? frame.substring(0, frame.lastIndexOf(' '))
        : frame;
  }

  /// By hand, as link.md 4 says it.
  private static byte[] opened(byte[] record, byte[] key, int number) {
    int length = BigEndian.u16(record, 0);
    assertThat(length).isEqualTo(record.length - 2);
    byte[] plain = new byte[length - 16];
    byte[] sealed = Arrays.copyOfRange(record, 2, record.length);
    assertThat(AesGcm.opening(key).open(number, record, 0, 2, sealed, 0, sealed.length, plain, 0))
        .isTrue();
    return plain;
  }
}
