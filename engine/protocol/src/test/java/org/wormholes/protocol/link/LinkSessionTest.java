package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

final class LinkSessionTest {
  private static final int RECORD_OVERHEAD = 18;

  /// A session whose key the test knows, so that it can seal records of its own making.
  private static final byte[] KEY = new byte[32];

  private static LinkSession listener() {
    return new LinkSession(false, null, Bytes.EMPTY, new byte[32], KEY);
  }

  private static byte[] sealed(long counter, byte[] plain) {
    byte[] record = new byte[plain.length + RECORD_OVERHEAD];
    BigEndian.putU16(record, 0, plain.length + 16);
    AesGcm.sealing(KEY).seal(counter, record, 0, 2, plain, 0, plain.length, record, 2);
    return record;
  }

  private static List<String> heard(LinkSession session, byte[]... records) throws WireException {
    Heard heard = new Heard();
    for (byte[] record : records) {
      session.receive(ByteBuffer.wrap(record), heard);
    }
    return heard.frames;
  }

  private static byte[] setup(int circuitId) {
    byte[] cell = new byte[Cells.LARGE];
    cell[0] = Frames.LARGE;
    cell[1] = Cells.SETUP;
    BigEndian.putI32(cell, 4, circuitId);
    return cell;
  }

  @Test
  void saysAllItCanSay() throws WireException {
    Pair pair = Pair.shakenHands("all");
    LinkSession from = pair.initiator();
    byte[] news = pair.entropy.bytes(16_000);
    int circuit = from.nextCircuitId();
    List<String> said = new ArrayList<>();
    said.add(cell(from, true, Cells.SETUP, circuit, 1));
    said.add(cell(from, false, Cells.RELAY, circuit, 2));
    said.add(cell(from, false, Cells.RELAY, circuit, 3));
    from.credit(circuit, 4_096);
    said.add("credit " + circuit + " 4096");
    said.add(cell(from, true, Cells.RELAY, circuit, 4));
    from.padding(0);
    from.padding(777);
    from.directory(news, 0, news.length);
    said.add("directory " + Bytes.of(news).hashCode());
    from.ping(-1);
    from.pong(Long.MIN_VALUE);
    from.destroy(circuit, LinkReason.TIMED_OUT);
    from.close(LinkReason.SHUTTING_DOWN);
    said.addAll(
        List.of(
            "ping -1",
            "pong " + Long.MIN_VALUE,
            "destroy " + circuit + " TIMED_OUT",
            "close SHUTTING_DOWN"));
    int pending = from.pendingBytes();
    byte[] bytes = Pair.flushed(from);

    assertThat(bytes).hasSize(pending);
    assertThat(from.pendingBytes()).isZero();
    assertThat(heard(pair.responder(), bytes)).isEqualTo(said);
  }

  private static String cell(LinkSession from, boolean large, int command, int circuit, int seed) {
    byte[] body = new byte[Cells.body(large)];
    new Random(seed).nextBytes(body);
    int at = from.beginCell(large, command, circuit);
    System.arraycopy(body, 0, from.array(), at, body.length);
    return (large ? "large " : "small ")
        + command
        + " "
        + circuit
        + " "
        + Bytes.of(body).hashCode();
  }

  @Test
  void largeCellsFillARecordAndSmallOnesShareIt() {
    LinkSession session = listener();
    session.beginCell(true, Cells.RELAY, 1);
    session.beginCell(true, Cells.RELAY, 1);
    assertThat(session.pendingBytes()).isEqualTo(2 * (Cells.LARGE + RECORD_OVERHEAD));
    Pair.flushed(session);

    for (int i = 0; i < 10; i++) {
      session.beginCell(false, Cells.RELAY, 1);
    }
    assertThat(session.pendingBytes()).isEqualTo(10 * Cells.SMALL + RECORD_OVERHEAD);
    session.beginCell(false, Cells.RELAY, 1);
    assertThat(session.pendingBytes()).isEqualTo(11 * Cells.SMALL + 2 * RECORD_OVERHEAD);
    session.beginCell(true, Cells.RELAY, 1);
    session.ping(1);
    assertThat(session.pendingBytes())
        .isEqualTo(11 * Cells.SMALL + Cells.LARGE + 11 + 4 * RECORD_OVERHEAD);
  }

  @Test
  void theCarrierMayCutTheBytesAnywhere() throws WireException {
    Pair pair = Pair.shakenHands("cuts");
    Random random = new Random(20);
    LinkSession from = pair.initiator();
    List<String> said = new ArrayList<>();
    int circuit = from.nextCircuitId();
    said.add(cell(from, true, Cells.SETUP, circuit, 0));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      said.add(cell(from, random.nextInt(3) == 0, Cells.RELAY, circuit, i));
      if (random.nextInt(4) == 0) {
        from.ping(i);
        said.add("ping " + i);
      }
      if (random.nextInt(9) == 0) {
        from.flush(bytes::write);
      }
    }
    from.flush(bytes::write);

    Heard heard = new Heard();
    ByteBuffer all = ByteBuffer.allocateDirect(bytes.size());
    all.put(bytes.toByteArray()).flip();
    while (all.hasRemaining()) {
      int length = Math.min(all.remaining(), 1 + random.nextInt(random.nextBoolean() ? 7 : 40_000));
      ByteBuffer piece = all.slice(all.position(), length).asReadOnlyBuffer();
      pair.responder().receive(piece, heard);
      assertThat(piece.hasRemaining()).isFalse();
      all.position(all.position() + length);
    }
    assertThat(heard.frames).isEqualTo(said);
    assertThat(pair.responder().midRecord()).isFalse();
  }

  @Test
  void everyChangedBitOfARecordEndsTheLink() throws WireException {
    byte[] record = sealed(0, new byte[] {Frames.PING, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8});
    for (int bit = 0; bit < record.length * 8; bit++) {
      byte[] changed = record.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      // A longer length would wait for more: give it more.
      byte[] padded = Arrays.copyOf(changed, 40_000);
      LinkSession session = listener();
      assertThatThrownBy(() -> heard(session, padded)).isInstanceOf(WireException.class);
      assertThat(heard(session, record)).as("after a mistake nothing is heard").isEmpty();
    }
    assertThat(heard(listener(), record)).containsExactly("ping 72623859790382856");
  }

  @Test
  void recordsThatComeTwiceOrOutOfOrderOrNotAtAllEndTheLink() throws WireException {
    byte[] ping = {Frames.PING, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1};
    byte[] zero = sealed(0, ping);
    byte[] one = sealed(1, ping);

    assertThat(heard(listener(), zero, one)).hasSize(2);
    assertThatThrownBy(() -> heard(listener(), zero, zero)).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> heard(listener(), one, zero)).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> heard(listener(), one)).isInstanceOf(WireException.class);
  }

  @Test
  void ourOwnRecordsDoNotOpenAtUs() throws WireException {
    Pair pair = Pair.shakenHands("mirror");
    pair.initiator().ping(1);
    byte[] mine = Pair.flushed(pair.initiator());

    assertThatThrownBy(() -> heard(pair.initiator(), mine)).isInstanceOf(WireException.class);
  }

  @Test
  void framesAreReadStrictly() {
    byte[] small = new byte[Cells.SMALL];
    small[0] = Frames.SMALL;
    small[1] = Cells.RELAY;
    BigEndian.putI32(small, 4, 1);
    for (byte[] plain :
        List.of(
            new byte[] {0},
            new byte[] {10, 0, 0},
            new byte[] {-1, 0, 0},
            new byte[] {Frames.PING},
            new byte[] {Frames.PING, 0},
            new byte[] {Frames.PING, 0, 8, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {Frames.PING, 0, 7, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {Frames.PONG, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {Frames.CLOSE, 0, 0},
            new byte[] {Frames.CLOSE, 0, 1, 0, Frames.PADDING, 0, 0},
            new byte[] {Frames.DIRECTORY, 0, 0},
            new byte[] {Frames.PADDING, 0, 1},
            new byte[] {Frames.DESTROY, 0, 5, 0, 0, 0, 0, 1},
            new byte[] {Frames.DESTROY, 0, 5, 0, 0, 0, 1, 1},
            new byte[] {Frames.CREDIT, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1},
            new byte[] {Frames.LARGE},
            new byte[Cells.LARGE],
            Arrays.copyOf(setup(1), Cells.LARGE - 1),
            Arrays.copyOf(small, Cells.SMALL - 1),
            small)) {
      byte[] record = sealed(0, plain);
      assertThatThrownBy(() -> heard(listener(), record))
          .as("plaintext of %s bytes of type %s", plain.length, plain[0])
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void aDirectoryMessageHasAtMost16000Bytes() throws WireException {
    byte[] most = new byte[3 + 16_000];
    most[0] = Frames.DIRECTORY;
    BigEndian.putU16(most, 1, 16_000);
    byte[] more = Arrays.copyOf(most, most.length + 1);
    BigEndian.putU16(more, 1, 16_001);

    assertThat(heard(listener(), sealed(0, most))).hasSize(1);
    assertThatThrownBy(() -> heard(listener(), sealed(0, more))).isInstanceOf(WireException.class);
  }

  @Test
  void recordLengthsAreBounded() {
    for (int length : new int[] {0, 1, 16, 16_385, 65_535}) {
      byte[] record = new byte[2 + length];
      BigEndian.putU16(record, 0, length);
      assertThatThrownBy(() -> heard(listener(), record))
          .isInstanceOf(WireException.class)
          .hasMessage("record must have 17..16384 bytes, was " + length);
    }
  }

  @Test
  void cellHeadersAreReadStrictly() throws WireException {
    byte[] good = setup(1);
    assertThat(heard(listener(), sealed(0, good))).hasSize(1);
    for (int reserved : new int[] {2, 3, 8, 9, 10, 11, 12, 13, 14, 15}) {
      byte[] bad = good.clone();
      bad[reserved] = 1;
      assertThatThrownBy(() -> heard(listener(), sealed(0, bad)))
          .as("byte " + reserved)
          .isInstanceOf(WireException.class);
    }
    for (int command : new int[] {0, 4, 255}) {
      byte[] bad = good.clone();
      bad[1] = (byte) command;
      assertThatThrownBy(() -> heard(listener(), sealed(0, bad))).isInstanceOf(WireException.class);
    }
    for (int circuit : new int[] {0, LinkSession.RESPONDER_SIDE, LinkSession.RESPONDER_SIDE | 1}) {
      assertThatThrownBy(() -> heard(listener(), sealed(0, setup(circuit))))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void circuitIdsRiseAndAreUsedOnce() throws WireException {
    assertThat(heard(listener(), sealed(0, setup(1)), sealed(1, setup(5)))).hasSize(2);
    for (int again : new int[] {1, 4, 5}) {
      assertThatThrownBy(() -> heard(listener(), sealed(0, setup(5)), sealed(1, setup(again))))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void cellsOfCircuitsThatNobodyOpenedEndTheLink() throws WireException {
    byte[] relay = setup(3);
    relay[1] = Cells.RELAY;
    byte[] reply = setup(LinkSession.RESPONDER_SIDE | 1);
    reply[1] = Cells.SETUP_REPLY;

    assertThatThrownBy(() -> heard(listener(), sealed(0, relay))).isInstanceOf(WireException.class);
    assertThat(heard(listener(), sealed(0, setup(3)), sealed(1, relay))).hasSize(2);
    assertThatThrownBy(() -> heard(listener(), sealed(0, reply))).isInstanceOf(WireException.class);
    LinkSession opener = listener();
    assertThat(opener.nextCircuitId()).isEqualTo(LinkSession.RESPONDER_SIDE | 1);
    assertThat(heard(opener, sealed(0, reply))).hasSize(1);
  }

  @Test
  void bothSidesOpenCircuitsUnderDifferentIds() throws WireException {
    Pair pair = Pair.shakenHands("sides");
    assertThat(pair.initiator().nextCircuitId()).isEqualTo(1);
    assertThat(pair.initiator().nextCircuitId()).isEqualTo(2);
    assertThat(pair.responder().nextCircuitId()).isEqualTo(0x8000_0001);
    assertThat(pair.initiator().isOwn(1)).isTrue();
    assertThat(pair.responder().isOwn(1)).isFalse();
    assertThat(pair.responder().isOwn(0x8000_0001)).isTrue();
  }

  @Test
  void keysMoveOnAfter65536Records() throws WireException {
    Pair pair = Pair.shakenHands("rekey");
    Heard heard = new Heard();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int count = 2 * LinkSession.RECORDS_PER_KEY + 3;
    for (int i = 0; i < count; i++) {
      pair.initiator().ping(i);
      pair.initiator().flush(bytes::write);
    }
    pair.responder().receive(ByteBuffer.wrap(bytes.toByteArray()), heard);

    assertThat(heard.frames).hasSize(count).endsWith("ping " + (count - 1));
  }

  @Test
  void aSenderThatNeverFlushesIsStopped() {
    LinkSession session = listener();
    int cells = 0;
    while (!session.full()) {
      session.beginCell(true, Cells.RELAY, 1);
      cells++;
    }
    assertThat(cells).isEqualTo(8);
    assertThatThrownBy(
            () -> {
              while (session.pendingBytes() < 10_000_000) {
                session.beginCell(true, Cells.RELAY, 1);
              }
            })
        .isInstanceOf(IllegalStateException.class);
    assertThat(session.array().length).isLessThanOrEqualTo(1_100_000);
  }

  @Test
  void theMemoryOfABurstIsGivenBack() {
    LinkSession session = listener();
    int atFirst = session.array().length;
    for (int i = 0; i < 12; i++) {
      session.beginCell(true, Cells.RELAY, 1);
    }
    assertThat(session.array().length).isGreaterThan(10 * atFirst);
    for (int i = 0; i < 10; i++) {
      Pair.flushed(session);
      session.ping(i);
    }
    assertThat(session.array().length).isEqualTo(atFirst);
  }

  @Test
  void aClosedLinkSaysAndHearsNothingMore() throws WireException {
    Pair pair = Pair.shakenHands("closed");
    pair.initiator().close(LinkReason.FINISHED);
    pair.initiator().close(LinkReason.FINISHED);
    assertThatThrownBy(() -> pair.initiator().beginCell(true, Cells.RELAY, 1))
        .isInstanceOf(IllegalStateException.class);
    pair.responder().ping(1);
    assertThat(heard(pair.initiator(), Pair.flushed(pair.responder()))).isEmpty();
    assertThat(heard(pair.responder(), Pair.flushed(pair.initiator())))
        .containsExactly("close FINISHED");
    assertThat(heard(pair.responder(), new byte[5_000])).isEmpty();
  }

  @Test
  void reasonsFromTheFutureReadAsUnspecified() {
    for (LinkReason reason : LinkReason.values()) {
      assertThat(LinkReason.of(reason.code())).isEqualTo(reason);
    }
    assertThat(LinkReason.of(200)).isEqualTo(LinkReason.UNSPECIFIED);
    assertThat(LinkReason.of(-1)).isEqualTo(LinkReason.UNSPECIFIED);
  }
}
