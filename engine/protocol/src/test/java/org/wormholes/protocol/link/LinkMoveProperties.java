package org.wormholes.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.wire.WireException;

/// A link goes on over carriers that are cut anywhere, and nobody else can take it over.
class LinkMoveProperties {
  private static final int SEEDS = 150;

  /// One end of a link, the carrier's bytes on their way from it, and what it said.
  private static final class End {
    final LinkSession session;
    final Entropy entropy;
    final Heard heard = new Heard();
    final List<String> said = new ArrayList<>();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    final AtomicInteger held = new AtomicInteger();

    End(LinkSession session, Entropy entropy) {
      this.session = session;
      this.entropy = entropy;
      session.keepSent(new ResendBuffer(new ResendBuffer.Pool(), held::addAndGet));
    }

    void say(Random random) {
      long word = random.nextLong();
      if (random.nextInt(4) == 0) {
        byte[] message = new byte[1 + random.nextInt(LinkSession.MAX_DIRECTORY)];
        random.nextBytes(message);
        session.directory(message, 0, message.length);
        said.add(
            "directory "
                + org.wormholes.protocol.wire.Bytes.of(message, 0, message.length).hashCode());
      } else {
        session.ping(word);
        said.add("ping " + word);
      }
    }

    void flush() {
      session.flush(wire::write);
    }

    /// Hears a part of what the carrier has brought from the other.
    void hear(End other, int bytes) throws WireException {
      byte[] all = other.wire.toByteArray();
      int part = Math.min(bytes, all.length);
      session.receive(ByteBuffer.wrap(all, 0, part), heard);
      other.wire = new ByteArrayOutputStream();
      other.wire.write(all, part, all.length - part);
      if (session.owesReceipt()) {
        session.receipt();
      }
    }
  }

  private static byte[] cut(Random random, byte[] bytes) {
    return random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  @Test
  void everythingArrivesOnceAndInOrderHoweverOftenTheCarrierIsCut() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      run(seed);
    }
  }

  private static void run(int seed) throws WireException {
    Random random = new Random(seed);
    Pair pair = Pair.shakenHands("move " + seed);
    End near = new End(pair.initiator(), pair.entropy);
    End far = new End(pair.responder(), pair.entropy);
    int attempt = 0;
    for (int turn = 0; turn < 60; turn++) {
      for (int i = random.nextInt(6); i > 0; i--) {
        (random.nextBoolean() ? near : far).say(random);
      }
      near.flush();
      far.flush();
      far.hear(near, random.nextInt(40_000));
      near.hear(far, random.nextInt(40_000));
      if (random.nextInt(5) == 0) {
        attempt = move(random, near, far, attempt);
      }
    }
    near.flush();
    far.flush();
    for (int i = 0; i < 2; i++) {
      far.hear(near, Integer.MAX_VALUE);
      near.hear(far, Integer.MAX_VALUE);
      near.session.receipt();
      far.session.receipt();
      near.flush();
      far.flush();
    }
    far.hear(near, Integer.MAX_VALUE);
    near.hear(far, Integer.MAX_VALUE);
    assertThat(far.heard.frames).as("seed " + seed).isEqualTo(near.said);
    assertThat(near.heard.frames).as("seed " + seed).isEqualTo(far.said);
    assertThat(near.held.get() + far.held.get())
        .as("seed %d: a link at rest holds little", seed)
        .isLessThanOrEqualTo(4 * ResendBuffer.CHUNK);
  }

  /// Everything under way is lost; the two meet again, after attempts that are cut too.
  private static int move(Random random, End near, End far, int first) throws WireException {
    near.wire = new ByteArrayOutputStream();
    far.wire = new ByteArrayOutputStream();
    int attempt = first;
    while (true) {
      LinkMove initiator = LinkMove.of(near.session, attempt, near.entropy);
      LinkMove responder = LinkMove.of(far.session, attempt, far.entropy);
      attempt++;
      byte[] one = cut(random, written(initiator));
      byte[] two = answer(responder, one);
      byte[] three = two.length == 0 ? two : answer(initiator, cut(random, two));
      if (three.length > 0) {
        answer(responder, cut(random, three));
      }
      if (!initiator.done() || !responder.done()) {
        continue;
      }
      near.session.resend(initiator.peerHeard(), near.wire::write);
      far.session.resend(responder.peerHeard(), far.wire::write);
      return attempt;
    }
  }

  private static byte[] written(LinkMove initiator) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    initiator.start(out::write);
    return out.toByteArray();
  }

  private static byte[] answer(LinkMove side, byte[] message) throws WireException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    side.receive(ByteBuffer.wrap(message), out::write);
    return out.toByteArray();
  }

  @Test
  void aTicketIsNeverSeenTwiceAndOfOneLinkOnly() throws Exception {
    Pair pair = Pair.shakenHands("a");
    Pair other = Pair.shakenHands("b");
    assertThat(LinkMove.ticket(pair.initiator(), 3))
        .isEqualTo(LinkMove.ticket(pair.responder(), 3))
        .isNotEqualTo(LinkMove.ticket(pair.responder(), 4))
        .isNotEqualTo(LinkMove.ticket(other.responder(), 3));
  }

  @Test
  void anAttemptThatIsPlayedAgainOrChangedIsRefused() throws Exception {
    Pair pair = Pair.shakenHands("a");
    byte[] one = written(LinkMove.of(pair.initiator(), 0, pair.entropy));
    assertThatThrownBy(() -> answer(LinkMove.of(pair.responder(), 1, pair.entropy), one))
        .isInstanceOf(WireException.class);
    for (int bit = 0; bit < one.length * 8; bit++) {
      byte[] changed = one.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> answer(LinkMove.of(pair.responder(), 0, pair.entropy), changed))
          .isInstanceOf(WireException.class);
    }
  }

  /// Who has recorded a first message, and plays it first, has no third for the answer.
  @Test
  void theThirdMessageIsOfTheSecondAndNoOther() throws Exception {
    Pair pair = Pair.shakenHands("a");
    LinkMove initiator = LinkMove.of(pair.initiator(), 0, pair.entropy);
    byte[] one = written(initiator);
    byte[] three = answer(initiator, answer(LinkMove.of(pair.responder(), 0, pair.entropy), one));
    LinkMove again = LinkMove.of(pair.responder(), 0, pair.entropy);
    answer(again, one);
    assertThatThrownBy(() -> answer(again, three)).isInstanceOf(WireException.class);
    assertThat(again.done()).isFalse();
  }

  @Test
  void whatIsPastTheBoundCannotBeSentAgain() throws Exception {
    AtomicInteger held = new AtomicInteger();
    ResendBuffer buffer = new ResendBuffer(new ResendBuffer.Pool(), held::addAndGet);
    byte[] piece = new byte[1 << 20];
    for (int i = 0; i < 20; i++) {
      buffer.append(piece, 0, piece.length);
      assertThat(held.get()).isLessThanOrEqualTo(ResendBuffer.MAX_BYTES);
    }
    assertThatThrownBy(() -> buffer.resend(11 << 20, (array, offset, length) -> {}))
        .isInstanceOf(WireException.class);
    AtomicInteger again = new AtomicInteger();
    buffer.resend(13 << 20, (array, offset, length) -> again.addAndGet(length));
    assertThat(again.get()).isEqualTo(7 << 20);
    buffer.acknowledged(20 << 20);
    assertThat(held.get()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, Long.MAX_VALUE, Long.MIN_VALUE})
  void aReceiptForWhatWasNotSentEndsTheLink(long place) {
    ResendBuffer buffer = new ResendBuffer(new ResendBuffer.Pool(), bytes -> {});
    assertThatThrownBy(() -> buffer.acknowledged(place)).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> buffer.resend(place, (array, offset, length) -> {}))
        .isInstanceOf(WireException.class);
  }
}
