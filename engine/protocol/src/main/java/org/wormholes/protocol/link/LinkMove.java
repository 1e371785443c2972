package org.wormholes.protocol.link;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.ByteSink;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

/// Brings an open link to a new carrier connection: three short messages in which both sides prove
/// that they have the link's keys, now, and say how far they have heard the other. Then each sends
/// what the other lacks ([LinkSession#resend]), and the link goes on. See `spec/protocol/link.md`,
/// section 7.
///
/// | state | input | output | next |
/// |---|---|---|---|
/// | initiator, new | start | message 1 | waits for message 2 |
/// | initiator, waits | message 2 | message 3 | done |
/// | responder, new | message 1 | message 2 | waits for message 3 |
/// | responder, waits | message 3 | | done |
/// | any | a wrong message | WireException | dead |
///
/// Between message 1 and the end neither side reads the old connection: how far it has heard is
/// said.
public final class LinkMove {
  /// Length of the ticket, with which message 1 begins.
  public static final int TICKET = 16;

  private static final int HEARD = 8 + 16;

  /// Length of message 1, initiator to responder.
  public static final int MESSAGE_1 = TICKET + HEARD + AesGcm.TAG_BYTES;

  /// Length of message 2, responder to initiator.
  public static final int MESSAGE_2 = HEARD + AesGcm.TAG_BYTES;

  /// Length of message 3, initiator to responder.
  public static final int MESSAGE_3 = AesGcm.TAG_BYTES;

  /// Attempts that a responder looks out for: the next, and some in case those before were lost.
  public static final int ATTEMPTS_AHEAD = 4;

  /// Moves of one link in its life.
  public static final int MAX_ATTEMPTS = 1 << 20;

  private static final byte[] NOTHING = new byte[0];

  private enum Phase {
    NEW,
    AWAITS_1,
    AWAITS_2,
    AWAITS_3,
    DONE,
    DEAD
  }

  private final long heard;
  private final Entropy entropy;
  private final byte[] ticket;
  private final AesGcm sealing;
  private final AesGcm opening;
  private final byte[] message = new byte[MESSAGE_1];
  private byte[] before = NOTHING;
  private int filled;
  private Phase phase;
  private long peerHeard;

  private LinkMove(LinkSession session, int attempt, Entropy entropy) {
    if (attempt < 0 || attempt >= MAX_ATTEMPTS) {
      throw new IllegalArgumentException("attempt must be 0..1048575, was " + attempt);
    }
    byte[] keys = keys(session, attempt, TICKET + 2 * AesGcm.KEY_BYTES);
    byte[] first = Arrays.copyOfRange(keys, TICKET, TICKET + AesGcm.KEY_BYTES);
    byte[] second = Arrays.copyOfRange(keys, TICKET + AesGcm.KEY_BYTES, keys.length);
    boolean initiator = session.initiator();
    this.heard = session.received();
    this.entropy = entropy;
    this.ticket = Arrays.copyOf(keys, TICKET);
    this.sealing = AesGcm.sealing(initiator ? first : second);
    this.opening = AesGcm.opening(initiator ? second : first);
    this.phase = initiator ? Phase.NEW : Phase.AWAITS_1;
  }

  /// One attempt of the side that the session is. Each number is used once: a new attempt has the
  /// next.
  ///
  /// @param session its peer is not heard any more until the move is over
  /// @param attempt from 0
  public static LinkMove of(LinkSession session, int attempt, Entropy entropy) {
    return new LinkMove(session, attempt, entropy);
  }

  /// The first bytes of message 1 of an attempt, by which a responder knows the link.
  public static Bytes ticket(LinkSession session, int attempt) {
    return Bytes.of(keys(session, attempt, TICKET));
  }

  private static byte[] keys(LinkSession session, int attempt, int length) {
    byte[] label = Labels.LINK_MOVE;
    byte[] info = Arrays.copyOf(label, label.length + 4);
    BigEndian.putI32(info, label.length, attempt);
    return Hkdf.expand(session.exposeMoveSecret(), info, length);
  }

  /// The initiator's first message.
  public void start(ByteSink out) {
    if (phase != Phase.NEW) {
      throw new IllegalStateException("only a new initiator starts");
    }
    byte[] first = new byte[MESSAGE_1];
    System.arraycopy(ticket, 0, first, 0, TICKET);
    sealing.seal(0, first, 0, TICKET, said(), 0, HEARD, first, TICKET);
    before = first;
    phase = Phase.AWAITS_2;
    out.write(first, 0, first.length);
  }

  private byte[] said() {
    byte[] said = new byte[HEARD];
    byte[] nonce = new byte[HEARD - 8];
    entropy.fill(nonce);
    BigEndian.putI64(said, 0, heard);
    System.arraycopy(nonce, 0, said, 8, nonce.length);
    return said;
  }

  /// Takes bytes until the move is done, and writes what is to be answered; what follows is left in
  /// the buffer.
  ///
  /// @throws WireException if the peer has not the link's keys; the new connection is to be closed
  ///   without a word, the old one is as it was
  public void receive(ByteBuffer in, ByteSink out) throws WireException {
    while (expected() > 0 && fill(in)) {
      byte[] whole = Arrays.copyOf(message, filled);
      filled = 0;
      hear(whole, out);
    }
  }

  private int expected() {
    return switch (phase) {
      case AWAITS_1 -> MESSAGE_1;
      case AWAITS_2 -> MESSAGE_2;
      case AWAITS_3 -> MESSAGE_3;
      case NEW, DONE, DEAD -> 0;
    };
  }

  private boolean fill(ByteBuffer in) {
    int part = Math.min(expected() - filled, in.remaining());
    in.get(message, filled, part);
    filled += part;
    return filled == expected();
  }

  private void hear(byte[] whole, ByteSink out) throws WireException {
    switch (phase) {
      case AWAITS_1 -> {
        if (!Arrays.equals(ticket, Arrays.copyOf(whole, TICKET))) {
          throw broken();
        }
        peerHeard = opened(0, whole, TICKET, whole, TICKET);
        byte[] second = new byte[MESSAGE_2];
        sealing.seal(0, whole, 0, whole.length, said(), 0, HEARD, second, 0);
        before = second;
        phase = Phase.AWAITS_3;
        out.write(second, 0, second.length);
      }
      case AWAITS_2 -> {
        peerHeard = opened(0, before, before.length, whole, 0);
        byte[] third = new byte[MESSAGE_3];
        sealing.seal(1, whole, 0, whole.length, NOTHING, 0, 0, third, 0);
        phase = Phase.DONE;
        out.write(third, 0, third.length);
      }
      case AWAITS_3 -> {
        if (!opening.open(1, before, 0, before.length, whole, 0, whole.length, new byte[1], 0)) {
          throw broken();
        }
        phase = Phase.DONE;
      }
      case NEW, DONE, DEAD -> throw new IllegalStateException("nothing is expected now");
    }
  }

  /// How far the peer says to have heard.
  private long opened(int counter, byte[] known, int knownLength, byte[] whole, int from)
      throws WireException {
    byte[] said = new byte[HEARD];
    if (!opening.open(counter, known, 0, knownLength, whole, from, whole.length - from, said, 0)) {
      throw broken();
    }
    return BigEndian.i64(said, 0);
  }

  private WireException broken() {
    phase = Phase.DEAD;
    return new WireException("message of a move does not open");
  }

  public boolean done() {
    return phase == Phase.DONE;
  }

  /// How many bytes of our records the peer has; for [LinkSession#resend].
  ///
  /// @throws IllegalStateException if not done
  public long peerHeard() {
    if (!done()) {
      throw new IllegalStateException("the move is not done");
    }
    return peerHeard;
  }
}
