package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.crypto.X25519;
import org.wormholes.protocol.noise.HandshakeState;
import org.wormholes.protocol.noise.NoiseProtocol;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireWriter;

final class LinkHandshakeTest {
  @Test
  void namedNeighboursKnowEachOther() throws WireException {
    Pair pair = Pair.shakenHands("named");

    assertThat(pair.first.peer()).contains(pair.server.id());
    assertThat(pair.second.peer()).contains(pair.client.id());
    assertThat(pair.initiator().peer()).contains(pair.server.id());
    assertThat(pair.responder().peer()).contains(pair.client.id());
    assertThat(pair.initiator().binding()).isEqualTo(pair.responder().binding());
    assertThat(pair.initiator().initiator()).isTrue();
    assertThat(pair.responder().initiator()).isFalse();
  }

  @Test
  void aClientWithoutANameStaysWithoutOne() throws WireException {
    Pair pair = Pair.fresh("anonymous", false);
    byte[] third = Pair.answer(pair.first, Pair.answer(pair.second, Pair.written(pair.first)));

    assertThat(third).hasSize(LinkHandshake.MESSAGE_3);
    assertThat(pair.second.done()).isFalse();
    Pair.answer(pair.second, third);
    assertThat(pair.second.done()).isTrue();
    assertThat(pair.second.peer()).isEmpty();
  }

  @Test
  void messagesMayComeByteByByteAndWithRecordsBehindThem() throws WireException {
    Pair pair = Pair.fresh("pieces", true);
    byte[] first = Pair.written(pair.first);
    byte[] second = inPieces(pair.second, first);
    byte[] third = inPieces(pair.first, second);
    assertThat(first).hasSize(LinkHandshake.MESSAGE_1);
    assertThat(second).hasSize(LinkHandshake.MESSAGE_2);

    pair.initiator().ping(7);
    byte[] record = Pair.flushed(pair.initiator());
    ByteBuffer together = ByteBuffer.allocate(third.length + record.length);
    together.put(third).put(record).flip();
    pair.second.receive(together, (array, offset, length) -> {});
    assertThat(together.remaining()).isEqualTo(record.length);

    Heard heard = new Heard();
    pair.responder().receive(together, heard);
    assertThat(heard.frames).containsExactly("ping 7");
  }

  private static byte[] inPieces(LinkHandshake side, byte[] message) throws WireException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte b : message) {
      assertThat(out.size()).isZero();
      side.receive(ByteBuffer.wrap(new byte[] {b}), out::write);
    }
    return out.toByteArray();
  }

  @Test
  void everyChangedBitOfEveryMessageIsNoticed() throws WireException {
    byte[] first = Pair.written(Pair.fresh("bits", true).first);
    for (int bit = 0; bit < first.length * 8; bit += 41) {
      LinkHandshake responder = Pair.fresh("bits", true).second;
      byte[] changed = flipped(first, bit);
      assertThatThrownBy(() -> Pair.answer(responder, changed)).isInstanceOf(WireException.class);
      assertThat(responder.done()).isFalse();
    }
    byte[] second = Pair.answer(Pair.fresh("bits", true).second, first);
    for (int bit = 0; bit < second.length * 8; bit += 41) {
      Pair pair = Pair.fresh("bits", true);
      byte[] mine = Pair.written(pair.first);
      byte[] changed = flipped(Pair.answer(pair.second, mine), bit);
      assertThatThrownBy(() -> Pair.answer(pair.first, changed)).isInstanceOf(WireException.class);
      assertThatThrownBy(pair.first::session).isInstanceOf(IllegalStateException.class);
    }
    for (int bit = 0; bit < LinkHandshake.MESSAGE_3 * 8; bit += 11) {
      Pair pair = Pair.fresh("bits", true);
      byte[] third = Pair.answer(pair.first, Pair.answer(pair.second, Pair.written(pair.first)));
      byte[] changed = flipped(third, bit);
      assertThatThrownBy(() -> Pair.answer(pair.second, changed)).isInstanceOf(WireException.class);
      assertThat(pair.second.peer()).isEmpty();
    }
  }

  private static byte[] flipped(byte[] message, int bit) {
    byte[] changed = message.clone();
    changed[bit / 8] ^= (byte) (1 << (bit % 8));
    return changed;
  }

  @Test
  void aResponderWithAnotherKeyCannotAnswer() {
    Pair pair = Pair.fresh("wrong door", true);
    NodeKey other = NodeKey.create(new RepeatingEntropy("other"));
    LinkHandshake impostor = LinkHandshake.responder(other, pair.entropy);
    byte[] first = Pair.written(pair.first);

    assertThatThrownBy(() -> Pair.answer(impostor, first)).isInstanceOf(WireException.class);
  }

  @Test
  void aReplayedMessageGetsAnotherSession() throws WireException {
    Pair pair = Pair.fresh("replay", true);
    byte[] first = Pair.written(pair.first);
    byte[] second = Pair.answer(pair.second, first);
    byte[] third = Pair.answer(pair.first, second);
    Pair.answer(pair.second, third);

    LinkHandshake again = LinkHandshake.responder(pair.server, pair.entropy);
    assertThat(Pair.answer(again, first)).isNotEqualTo(second);
    assertThatThrownBy(() -> Pair.answer(again, third)).isInstanceOf(WireException.class);
  }

  @Test
  void afterAMistakeNothingIsTakenAnyMore() throws WireException {
    Pair pair = Pair.fresh("dead", true);
    byte[] garbage = new byte[LinkHandshake.MESSAGE_1];
    assertThatThrownBy(() -> Pair.answer(pair.second, garbage)).isInstanceOf(WireException.class);

    byte[] first = Pair.written(pair.first);
    assertThat(Pair.answer(pair.second, first)).isEmpty();
    assertThat(pair.second.done()).isFalse();
  }

  @Test
  void payloadsAreReadStrictly() {
    byte[] good = new WireWriter(32).u8(1).u8(1).zeros(30).toArray();
    for (byte[] payload :
        List.of(
            new byte[32],
            new WireWriter(32).u8(2).u8(9).zeros(30).toArray(),
            new WireWriter(32).u8(1).u8(0).zeros(30).toArray(),
            new WireWriter(32).u8(1).u8(1).zeros(29).u8(1).toArray())) {
      assertThatThrownBy(() -> hear(payload)).isInstanceOf(WireException.class);
    }
    assertThat(catching(() -> hear(good))).isTrue();
    assertThat(catching(() -> hear(new WireWriter(32).u8(1).u8(7).zeros(30).toArray()))).isTrue();
  }

  /// The key stands sealed in message 1, so only who knows the responder's name gets it there.
  @Test
  void anEncapsulationKeyOutOfRangeIsRefusedByTheResponder() {
    Pair pair = Pair.fresh("overflow", true);
    NodeKey server = pair.server;
    byte[] message = BadHello.to(server.id(), pair.entropy);

    assertThatThrownBy(() -> Pair.answer(pair.second, message))
        .isInstanceOf(WireException.class)
        .hasMessage("ml-kem public key is not valid");
  }

  private interface Attempt {
    void run() throws WireException;
  }

  private static boolean catching(Attempt attempt) {
    try {
      attempt.run();
      return true;
    } catch (WireException e) {
      return false;
    }
  }

  /// A first message with another payload, from a peer that is otherwise right.
  private static void hear(byte[] payload) throws WireException {
    Pair pair = Pair.fresh("payload", true);
    Pair.answer(pair.second, custom(pair, X25519.createPrivate(pair.entropy)).write(payload));
  }

  @Test
  void introductionsAreReadStrictly() throws WireException {
    NodeKey someone = NodeKey.create(new RepeatingEntropy("someone"));
    byte[] name = someone.id().key().toArray();
    byte[] own = someone.exposeAgreementKey();
    byte[] other = X25519.createPrivate(new RepeatingEntropy("else"));
    byte[] zeros = new byte[32];

    assertThat(introduced(own, 1, name, 0)).isTrue();
    assertThat(introduced(other, 0, zeros, 0)).isTrue();
    assertThat(introduced(other, 1, name, 0)).as("another's name").isFalse();
    assertThat(introduced(own, 0, name, 0)).as("a name that is not said").isFalse();
    assertThat(introduced(own, 2, name, 0)).as("unknown kind").isFalse();
    assertThat(introduced(own, 1, name, 1)).as("reserved byte").isFalse();
    assertThat(introduced(own, 1, zeros, 0)).as("no key").isFalse();
  }

  private static boolean introduced(byte[] staticKey, int kind, byte[] name, int reserved)
      throws WireException {
    Pair pair = Pair.fresh("introduction", true);
    HandshakeState client = custom(pair, staticKey);
    byte[] hello = new WireWriter(32).u8(1).u8(1).zeros(30).toArray();
    client.read(Pair.answer(pair.second, client.write(hello)));
    byte[] payload =
        new WireWriter(64).u8(kind).zeros(3).bytes(name).zeros(27).u8(reserved).toArray();
    byte[] third = client.write(payload);
    return catching(() -> Pair.answer(pair.second, third));
  }

  private static HandshakeState custom(Pair pair, byte[] staticKey) {
    return new HandshakeState(
        NoiseProtocol.of(LinkHandshake.PROTOCOL),
        true,
        Labels.LINK,
        staticKey,
        pair.server.id().agreementKey(),
        List.of(),
        pair.entropy);
  }

  @Test
  void messagesLookRandomFromTheFirstByte() {
    byte[] one = Pair.written(Pair.fresh("look one", true).first);
    byte[] two = Pair.written(Pair.fresh("look two", true).first);
    int equal = 0;
    for (int i = 0; i < one.length; i++) {
      equal += one[i] == two[i] ? 1 : 0;
    }
    assertThat(equal).isLessThan(30);
    assertThat(Arrays.equals(one, two)).isFalse();
  }
}
