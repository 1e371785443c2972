package org.wormholes.protocol.link;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.crypto.AesGcm;
import org.wormholes.protocol.crypto.Hkdf;
import org.wormholes.protocol.crypto.Labels;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.wire.BigEndian;
import org.wormholes.protocol.wire.ByteSink;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

/// A link after its handshake: frames in sealed records, both ways. See `spec/protocol/link.md`.
///
/// Sending gathers: [#beginCell] and the frame methods append to [#array()], and [#flush] seals
/// what is open and hands everything to the carrier. Callers flush when they have nothing more to
/// say for now, and when [#full()] says so. Receiving takes bytes in any pieces and gives frames to
/// a [FrameSink]. Nothing is allocated per cell but what the JDK's cipher allocates for itself.
///
/// Belongs to one thread. After a [WireException], or a CLOSE frame in either direction, the
/// session takes nothing more in.
public final class LinkSession {
  /// Plaintext of a record, at most: one large cell.
  public static final int MAX_PLAINTEXT = Cells.LARGE;

  /// The most bytes of one directory message.
  public static final int MAX_DIRECTORY = 16_000;

  /// Records under one key before both sides move to the next.
  public static final int RECORDS_PER_KEY = 1 << 16;

  /// Pending bytes from which [#full()] asks for a flush.
  public static final int FLUSH_AT = 128 * 1024;

  /// Pending bytes past which frames are refused: a caller that ignores [#full()] is a bug.
  public static final int MAX_PENDING = 512 * 1024;

  /// Set in the ids of circuits that the link's responder opened.
  public static final int RESPONDER_SIDE = 0x8000_0000;

  /// Bytes taken in after which the peer is to have a receipt.
  public static final int RECEIPT_EVERY = 256 * 1024;

  static final int PREFIX = 2;
  static final int MAX_RECORD = PREFIX + MAX_PLAINTEXT + AesGcm.TAG_BYTES;

  private static final int INITIAL_ARRAY = MAX_RECORD;

  private final boolean initiator;
  private final @Nullable NodeId peer;
  private final Bytes binding;
  private final Direction sending;
  private final Direction receiving;

  private byte[] pending = new byte[INITIAL_ARRAY];
  private int sealed;
  private int openLength;
  private boolean openIsLarge;
  private boolean closing;

  private final byte[] record = new byte[MAX_RECORD];
  private final byte[] opened = new byte[MAX_PLAINTEXT];
  private int filled;
  private boolean deaf;

  private int lastOwnCircuit;
  private int lastPeerCircuit;

  private final byte[] moveSecret;
  private @Nullable ResendBuffer resend;
  private long received;
  private long receiptSaid;
  private long sent;

  LinkSession(
      boolean initiator,
      @Nullable NodeId peer,
      Bytes binding,
      byte[] sendingKey,
      byte[] receivingKey) {
    this.initiator = initiator;
    this.peer = peer;
    this.binding = binding;
    this.sending = new Direction(AesGcm.sealing(sendingKey), sendingKey);
    this.receiving = new Direction(AesGcm.opening(receivingKey), receivingKey);
    this.moveSecret =
        initiator
            ? Hkdf.extract(Labels.LINK_MOVE_SECRET, sendingKey, receivingKey)
            : Hkdf.extract(Labels.LINK_MOVE_SECRET, receivingKey, sendingKey);
    this.lastOwnCircuit = ownSide();
    this.lastPeerCircuit = ownSide() ^ RESPONDER_SIDE;
  }

  /// Whether we opened this link.
  public boolean initiator() {
    return initiator;
  }

  /// The node that the peer proved to be; empty for a client without a name.
  public Optional<NodeId> peer() {
    return Optional.ofNullable(peer);
  }

  /// A hash of the whole handshake, equal on both sides and on no other link.
  public Bytes binding() {
    return binding;
  }

  /// A new id for a circuit that we open over this link. Ids rise and are never used twice.
  ///
  /// @throws IllegalStateException after 2^31 - 1 circuits
  public int nextCircuitId() {
    if ((lastOwnCircuit & ~RESPONDER_SIDE) == Integer.MAX_VALUE) {
      throw new IllegalStateException("circuit ids of this link are used up");
    }
    return ++lastOwnCircuit;
  }

  /// Whether we, not the peer, opened the circuit of this id.
  public boolean isOwn(int circuitId) {
    return (circuitId & RESPONDER_SIDE) == ownSide();
  }

  private int ownSide() {
    return initiator ? 0 : RESPONDER_SIDE;
  }

  // Moving.

  /// From now on keeps what is sent until the peer has it, so that the link can be moved. To be
  /// called before anything is sent.
  public void keepSent(ResendBuffer buffer) {
    resend = buffer;
  }

  /// Sends again, over a new carrier, what the peer lacks.
  ///
  /// @param peerHeard [LinkMove#peerHeard]
  /// @throws WireException if that is no longer kept: the link is lost
  public void resend(long peerHeard, ByteSink out) throws WireException {
    ResendBuffer kept = resend;
    if (kept == null) {
      throw new WireException("nothing is kept");
    }
    kept.resend(peerHeard, out);
    kept.acknowledged(peerHeard);
  }

  /// How many bytes of the peer's records were taken in.
  public long received() {
    return received;
  }

  /// How many bytes of records were handed to the carrier.
  public long sent() {
    return sent;
  }

  /// Whether the peer should have a [#receipt] soon.
  public boolean owesReceipt() {
    return !closing && received - receiptSaid >= RECEIPT_EVERY;
  }

  /// Tells the peer how much of what it sent is here. Nothing to say is not said.
  public void receipt() {
    if (closing || received == receiptSaid) {
      return;
    }
    receiptSaid = received;
    int at = appendFrame(Frames.RECEIPT, 8);
    BigEndian.putI64(pending, at, received);
  }

  byte[] exposeMoveSecret() {
    return moveSecret;
  }

  /// A receipt that was under way when the link moved is older than what the move said.
  private void hearReceipt(long place) throws WireException {
    if (place < 0 || place > sent) {
      throw new WireException("receipt must be 0.." + sent + ", was " + place);
    }
    if (resend != null) {
      resend.acknowledged(place);
    }
  }

  // Sending.

  /// Starts a cell and returns where its body begins in [#array()]. The caller fills the whole
  /// body, 16,352 or 1,520 bytes, before it calls anything else here; its old content is undefined.
  ///
  /// @throws IllegalStateException if the link is closed or [#MAX_PENDING] is reached
  public int beginCell(boolean large, int command, int circuitId) {
    int at = large ? beginRecord() : append(Cells.SMALL);
    openIsLarge = large;
    openLength += large ? Cells.LARGE : 0;
    pending[at] = (byte) (large ? Frames.LARGE : Frames.SMALL);
    pending[at + 1] = (byte) command;
    BigEndian.putU16(pending, at + 2, 0);
    BigEndian.putI32(pending, at + 4, circuitId);
    BigEndian.putI64(pending, at + 8, 0);
    return at + Cells.HEADER;
  }

  /// Takes back the cell that [#beginCell] started last; nothing else may have been said since.
  public void cancelCell() {
    openLength -= openIsLarge ? Cells.LARGE : Cells.SMALL;
    openIsLarge = false;
  }

  /// The array that holds what is pending. Another one after each call that appends.
  public byte[] array() {
    return pending;
  }

  public void destroy(int circuitId, LinkReason reason) {
    int at = appendFrame(Frames.DESTROY, 5);
    BigEndian.putI32(pending, at, circuitId);
    pending[at + 4] = (byte) reason.code();
  }

  /// Lets the peer send more on a circuit.
  ///
  /// @param units from [CircuitCredit#released]
  public void credit(int circuitId, int units) {
    int at = appendFrame(Frames.CREDIT, 8);
    BigEndian.putI32(pending, at, circuitId);
    BigEndian.putI32(pending, at + 4, units);
  }

  public void ping(long nonce) {
    int at = appendFrame(Frames.PING, 8);
    BigEndian.putI64(pending, at, nonce);
  }

  public void pong(long nonce) {
    int at = appendFrame(Frames.PONG, 8);
    BigEndian.putI64(pending, at, nonce);
  }

  /// Appends a directory message.
  ///
  /// @param length 1 to [#MAX_DIRECTORY]
  public void directory(byte[] array, int offset, int length) {
    if (length < 1 || length > MAX_DIRECTORY) {
      throw new IllegalArgumentException("message must be 1.." + MAX_DIRECTORY + " bytes");
    }
    int at = appendFrame(Frames.DIRECTORY, length);
    System.arraycopy(array, offset, pending, at, length);
  }

  /// Bytes the peer throws away: cover.
  ///
  /// @param length 0 to [#MAX_DIRECTORY]
  public void padding(int length) {
    if (length < 0 || length > MAX_DIRECTORY) {
      throw new IllegalArgumentException("padding must be 0.." + MAX_DIRECTORY + " bytes");
    }
    int at = appendFrame(Frames.PADDING, length);
    Arrays.fill(pending, at, at + length, (byte) 0);
  }

  /// Says goodbye. Only [#flush] may follow.
  public void close(LinkReason reason) {
    if (closing) {
      return;
    }
    int at = appendFrame(Frames.CLOSE, 1);
    pending[at] = (byte) reason.code();
    closing = true;
    deaf = true;
  }

  /// Bytes that [#flush] would hand out now.
  public int pendingBytes() {
    return openLength == 0 ? sealed : sealed + PREFIX + openLength + AesGcm.TAG_BYTES;
  }

  /// Whether it is time to flush.
  public boolean full() {
    return pendingBytes() >= FLUSH_AT;
  }

  /// Seals what is open and hands all pending records out in one piece.
  public void flush(ByteSink out) {
    sealOpenRecord();
    if (sealed == 0) {
      return;
    }
    int length = sealed;
    sealed = 0;
    sent += length;
    if (resend != null) {
      resend.append(pending, 0, length);
    }
    out.write(pending, 0, length);
    // A burst must not keep its memory for the rest of the link's life.
    if (pending.length > INITIAL_ARRAY && length < pending.length / 8) {
      pending = new byte[pending.length / 2];
    }
  }

  /// A place for so many bytes of frames in the open record, or in a new one.
  private int append(int length) {
    if (openIsLarge || openLength + length > MAX_PLAINTEXT || openLength == 0) {
      beginRecord();
    }
    int at = sealed + PREFIX + openLength;
    openLength += length;
    return at;
  }

  private int appendFrame(int type, int length) {
    int at = append(Frames.FRAME_HEADER + length);
    pending[at] = (byte) type;
    BigEndian.putU16(pending, at + 1, length);
    return at + Frames.FRAME_HEADER;
  }

  /// Makes room for a record and returns where its plaintext starts.
  private int beginRecord() {
    if (closing) {
      throw new IllegalStateException("link is closed");
    }
    sealOpenRecord();
    if (sealed + MAX_RECORD > pending.length) {
      if (sealed >= MAX_PENDING) {
        throw new IllegalStateException("link has " + sealed + " bytes pending, flush first");
      }
      pending = Arrays.copyOf(pending, pending.length * 2);
    }
    return sealed + PREFIX;
  }

  private void sealOpenRecord() {
    if (openLength == 0) {
      return;
    }
    int start = sealed + PREFIX;
    BigEndian.putU16(pending, sealed, openLength + AesGcm.TAG_BYTES);
    sending.cipher.seal(
        sending.counter, pending, sealed, PREFIX, pending, start, openLength, pending, start);
    sending.advance();
    sealed = start + openLength + AesGcm.TAG_BYTES;
    openLength = 0;
    openIsLarge = false;
  }

  // Receiving.

  /// Takes all bytes of the buffer and hears the frames of every record they complete.
  ///
  /// @throws WireException if the peer, or someone between us, broke the protocol; the link is dead
  public void receive(ByteBuffer in, FrameSink sink) throws WireException {
    try {
      while (!deaf && fill(in)) {
        hear(openRecord(), sink);
      }
    } catch (WireException e) {
      deaf = true;
      throw e;
    }
    if (deaf) {
      in.position(in.limit());
    }
  }

  /// Whether a part of a record is waiting for the rest: an end of the carrier's input now is a
  /// cut.
  public boolean midRecord() {
    return filled > 0;
  }

  /// Copies until the record is whole.
  private boolean fill(ByteBuffer in) throws WireException {
    if (filled < PREFIX && !fillTo(PREFIX, in)) {
      return false;
    }
    int length = BigEndian.u16(record, 0);
    if (length <= AesGcm.TAG_BYTES || length > MAX_RECORD - PREFIX) {
      throw new WireException("record must have 17..16384 bytes, was " + length);
    }
    return fillTo(PREFIX + length, in);
  }

  private boolean fillTo(int target, ByteBuffer in) {
    int part = Math.min(target - filled, in.remaining());
    in.get(record, filled, part);
    filled += part;
    received += part;
    return filled == target;
  }

  /// Length of the plaintext now in `opened`.
  private int openRecord() throws WireException {
    int length = filled - PREFIX;
    filled = 0;
    if (!receiving.cipher.open(
        receiving.counter, record, 0, PREFIX, record, PREFIX, length, opened, 0)) {
      throw new WireException("record does not open");
    }
    receiving.advance();
    return length - AesGcm.TAG_BYTES;
  }

  private void hear(int length, FrameSink sink) throws WireException {
    int at = 0;
    while (at < length) {
      if (deaf) {
        return;
      }
      int type = opened[at];
      if (type == Frames.LARGE) {
        if (length != Cells.LARGE || at != 0) {
          throw new WireException("large cell must fill its record");
        }
        hearCell(true, 0, sink);
        at = Cells.LARGE;
      } else if (type == Frames.SMALL) {
        if (length - at < Cells.SMALL) {
          throw new WireException("small cell must have 1536 bytes, was " + (length - at));
        }
        hearCell(false, at, sink);
        at += Cells.SMALL;
      } else {
        at = hearFrame(type, at, length, sink);
      }
    }
  }

  private void hearCell(boolean large, int at, FrameSink sink) throws WireException {
    int command = opened[at + 1];
    int circuitId = BigEndian.i32(opened, at + 4);
    if (BigEndian.u16(opened, at + 2) != 0 || BigEndian.i64(opened, at + 8) != 0) {
      throw new WireException("reserved bytes of a cell must be 0");
    }
    checkCommand(large, command, circuitId);
    sink.onCell(large, command, circuitId, opened, at + Cells.HEADER, Cells.body(large));
  }

  private void checkCommand(boolean large, int command, int circuitId) throws WireException {
    checkCircuit(circuitId);
    switch (command) {
      case Cells.SETUP -> {
        if (!large || isOwn(circuitId) || circuitId <= lastPeerCircuit) {
          throw new WireException("set-up must be large and of a new circuit id of its sender");
        }
        lastPeerCircuit = circuitId;
      }
      case Cells.SETUP_REPLY -> {
        if (!large || !isOwn(circuitId)) {
          throw new WireException("set-up reply must be large and of a circuit we opened");
        }
        checkKnown(circuitId);
      }
      case Cells.PIPE_OPEN -> {
        if (large || isOwn(circuitId) || circuitId <= lastPeerCircuit) {
          throw new WireException("a pipe opens with a small cell of a new id of its sender");
        }
        lastPeerCircuit = circuitId;
      }
      case Cells.RELAY, Cells.PIPE -> checkKnown(circuitId);
      default -> throw new WireException("cell command must be 1..5, was " + command);
    }
  }

  private static void checkCircuit(int circuitId) throws WireException {
    if ((circuitId & ~RESPONDER_SIDE) == 0) {
      throw new WireException("circuit id must not be 0");
    }
  }

  /// A circuit that neither side has opened yet cannot be meant.
  private void checkKnown(int circuitId) throws WireException {
    checkCircuit(circuitId);
    if (circuitId > (isOwn(circuitId) ? lastOwnCircuit : lastPeerCircuit)) {
      throw new WireException("circuit was never opened");
    }
  }

  private int hearFrame(int type, int at, int end, FrameSink sink) throws WireException {
    if (end - at < Frames.FRAME_HEADER) {
      throw new WireException("frame is cut short");
    }
    int length = BigEndian.u16(opened, at + 1);
    int body = at + Frames.FRAME_HEADER;
    if (length > end - body) {
      throw new WireException("frame must have " + length + " bytes, was " + (end - body));
    }
    switch (type) {
      case Frames.DESTROY -> {
        expect(5, length);
        int circuitId = BigEndian.i32(opened, body);
        checkKnown(circuitId);
        sink.onDestroy(circuitId, LinkReason.of(opened[body + 4]));
      }
      case Frames.CREDIT -> {
        expect(8, length);
        int circuitId = BigEndian.i32(opened, body);
        int units = BigEndian.i32(opened, body + 4);
        checkKnown(circuitId);
        if (units <= 0 || units > CircuitCredit.WINDOW) {
          throw new WireException("credit must be 1..8192 units");
        }
        sink.onCredit(circuitId, units);
      }
      case Frames.PING -> {
        expect(8, length);
        sink.onPing(BigEndian.i64(opened, body));
      }
      case Frames.PONG -> {
        expect(8, length);
        sink.onPong(BigEndian.i64(opened, body));
      }
      case Frames.DIRECTORY -> {
        if (length < 1 || length > MAX_DIRECTORY) {
          throw new WireException("directory message must be 1..16000 bytes, was " + length);
        }
        sink.onDirectory(opened, body, length);
      }
      case Frames.PADDING -> {}
      case Frames.RECEIPT -> {
        expect(8, length);
        hearReceipt(BigEndian.i64(opened, body));
      }
      case Frames.CLOSE -> {
        expect(1, length);
        if (body + 1 != end) {
          throw new WireException("close must be the last frame");
        }
        deaf = true;
        sink.onClose(LinkReason.of(opened[body]));
      }
      default -> throw new WireException("unknown frame type " + (type & 0xff));
    }
    return body + length;
  }

  private static void expect(int expected, int length) throws WireException {
    if (length != expected) {
      throw new WireException("frame must have " + expected + " bytes, was " + length);
    }
  }

  /// Key and record number of one direction.
  private static final class Direction {
    final AesGcm cipher;
    byte[] key;
    long counter;

    Direction(AesGcm cipher, byte[] key) {
      this.cipher = cipher;
      this.key = key.clone();
    }

    void advance() {
      if (++counter == RECORDS_PER_KEY) {
        byte[] next = Hkdf.expand(key, Labels.LINK_REKEY, AesGcm.KEY_BYTES);
        Arrays.fill(key, (byte) 0);
        key = next;
        cipher.rekey(key);
        counter = 0;
      }
    }
  }
}
